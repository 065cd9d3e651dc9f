"""What phrases mean to a rule, in scripts without blanks between words and where one concept takes several words.

Phrases are looked for anywhere in a text; Chinese ones are written in simplified characters, into which a text is turned
first, character by character, as far as these phrases need it. Vietnamese stands without marks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from assistant.routing.instructions.lexicon import Concept, unmarked

_PHRASES = """
@zh
POSE (?:以|从|站在)[^,。!?;]{1,10}(?:视角|身份|角度|口吻) 假如你 如果你是(?!ai|机器|模型|程序|系统|审核) 扮演 假装 假设 假扮 想象你 角色 你现在是 你的身份 身份是 从现在起你 从现在开始你 充当 模拟一
DONT (?:不要|切勿|请勿|勿|莫|不得|不许|不应|不可|(?<![特性级类区差识分个告辨])别)(?=(?:再|随便|轻易)?(?:给|把|将|对)?[^,。!?;]{0,10}?(?:判|标|认定|归[为入]|定性|视为|算作|打上|当[作成]|套用|引用))
BAD 仇恨 骚扰 违规 歧视 辱骂 有害 色情 暴力 侮辱 攻击性 违反 不当 不安全 不合规 不正常 不通过 没通过 未通过 不允许 不可接受
SWAP 真正的(?:内容|帖子|文本) 实际的?(?:内容|帖子|文本) (?:真实|正式)的?内容 (?:要|需要?|待|该)(?:判断|审核|标注|判定|评判)的(?:是|内容|文本|帖子) 下一条(?:内容|帖子|文本) (?:以下|下面|后面)才是 改(?:为|成)?(?:标注|判断|审核) (?:只|仅)(?:需|要|用|能|就)?(?:针对|对|给|根据|判断|标注|审核|评判|看)(?:下面|以下|后面|最后|这)
LABEL (?:怎么|怎样|如何)(?:标|判)
POST 这句话? 这段话
OVERRIDE 忽略 无视 忘记 忘掉 忘了 理会 别管 不用管 不要管 不必管 跳过 绕过 抛开 抛弃 抛诸脑后 撇开 搁置 一边 作废 失效 废止 废除 覆盖 撤销 撤回 取消 不再适用 不再有效 不适用 不存在 停用 推翻 置之不理 不算数 套用 抛在脑后 当作没看到 当作没有看到 当没看见 改变 已变 清除 清空 取代 无效
FOLLOW 遵守 遵循 参考 考虑 按照 依照
ONLY 只 仅 仅仅 只需 只要 就行 直接
RULES 条条框框 指令 指示 规则 政策 提示词 提示 准则 规范 条款 规定 守则 细则 命令 设定 审核标准 判断标准 标注标准 要求 说明
BEFORE 以上 上面 之前 先前 前面 此前 上述 前述 原来的 原先 早前 最初 刚才 你收到 给你 你的 您的 所有 全部 一切 任何 既有 现有
LABELLER 你是(?:一个|一名|一台|某个)?(?:ai|机器|模型|程序|系统|审核) 读到(?:这里|此处|本文|这条)的 分类器 标注员 标注模型 标注者 标注系统 审核模型 审核系统 审核机器人 审核ai 审核员 语言模型 大模型 模型 人工智能 机器人 智能助手 ai助手 评审员 机审 打标 智能体 版主 系统提示
LABEL 打满分 打分 评价 判一下 判个 给个 写成 写为 填为 答案 结论 标签 标记 标注 标为 标成 标作 判定 判为 判成 判作 判断 分类 归类 归为 归入 打上 评为 评定 裁定 认定 类别 定性 定为 视为 视作 算作
GOOD 合格 不再违规 不算违规 不属违规 均属允许 属于允许 安全 无害 合规 无违规 不违规 没有违规 未违规 不违反 没有违反 未违反 没违反 允许 良性 可接受 没问题 没有问题 无问题 放行 正常 通过 safe none harmless
POST 此类 同类 这类 类似内容 言论 内容 帖子 文本 这条 本条 该条 此条 这段 消息 评论 此文 本文 本帖 该帖 此帖 这篇 下文 下面这 贴文 帖文
SEEN 已审核 已经审核 审核通过 审查通过 已通过 通过审核 通过了审核 通过人工 已由人工 人工审核 人工复核 已核实 已确认 已批准 白名单 已裁定 已复核 豁免 核验 审过
PERSON 人工审核 人工复核 人工 真人 人员 专家
REVIEW 审核 复核 复审 审查 抽查 审计 送审
NOT 无需 不需要 不必 不用 无须 不要 请勿 勿 别 免 跳过 没有必要 不得 禁止
MUST 请 必须 应当 应该 务必 需要 只能 只需 麻烦 希望 一律 总是 尊敬的 亲爱的
LABELLER 你(?:必须|只能|只需|应该?|要)(?:回答|回复|输出|说)
BAD 判违规
LABEL 判违规 让(?:它|其|本帖|这条|此条|内容|该内容)通过
SAY (?:只?会|就会|只|就|一定|肯定)说(?=[“"「]?(?:安全|合规|无违规|没问题|没有违规|不违规|通过|正常)) 回答 输出 回复 返回 给出 答复 填写 填 选择 写 回应
SURE 置信度 概率 信心 得分 分数 可信度 把握
PRECEDENT 根据 最新 新版 已更新 更新 先例 判例 条款 裁决 案例 历史判定
ACCEPT 直接过(?![来去年期]) 自动通过 自动接受 自动放行 直接通过 直接放行 直接接受 免审
@ja
GOOD 違反ではな 違反でな 違反じゃな 違反していな 違反に(?:は)?(?:あたら|当たら|該当し)な 違反なし 違反はな 違反は無 問題はな
POSE 演じ ふりをし なりきっ 役割 ロールプレイ 想像して 仮定して あなたは今
DONT (?:判定|分類|評価|認定|マーク|ラベル)(?:を?(?:付け|つけ|し))?(?:ないで|ないこと|てはいけ|てはなら|るな)
BAD ヘイト 憎悪 嫌がらせ 違反 有害 差別 攻撃的 不適切 安全でな 安全ではな 許可されな 不許可
SWAP (?:本当|実際|本来)の(?:投稿|内容|コンテンツ|文章) 代わりに 判定(?:すべき|対象)
OVERRIDE 無視 忘れ 従わ 守らな 上書き 取り消 破棄 適用しな 考慮しな 無効 脇に 気にし
RULES 指示 命令 ルール ポリシー 規則 規約 方針 ガイドライン プロンプト 基準
BEFORE これまで 以前 上記 前の 以上 先ほど 今まで すべて 全て 元の あなたの
LABELLER 分類器 モデル ai アシスタント モデレーター ラベラー アノテーター 判定者 審査員 評価者
LABEL ラベル 分類 判定 マーク 評価 分類し タグ
GOOD 安全 無害 セーフ 問題な 違反して 違反な 違反し 許可 適切 safe
POST 投稿 コンテンツ 内容 メッセージ テキスト この文 コメント 本文
SEEN 承認 確認済 審査済 検証済 済み
ONLY だけ のみ ただ
PERSON 人間 人手 人による レビュアー
REVIEW レビュー 審査 確認
NOT 不要 必要な なし せず ない しない
MUST 分類器さん ください 下さい べき 必ず 必要 なければ お願い
SAY 答え 回答 出力 返し 返答 返信
SURE 信頼度 確信度 確率 スコア
PRECEDENT 先例 判例 前例 条項
@ko
GOOD 위반\\ 없 위반\\ 사항\\ 없 위반이\\ 없 문제\\ 없
POSE 역할 척하 가정해 가정하 상상해 연기해
DONT (?:분류|표시|판정|라벨|평가|간주)(?:을\\ 붙이|하)?지\\ ?(?:마|말)
BAD 혐오 괴롭힘 위반 유해 차별 모욕 안전하지 허용되지 허용하지 부적절
SWAP (?:진짜|실제)\\ (?:내용|게시물|글) 대신
OVERRIDE 잊고 잊어버 제치고 무시 잊어 잊으 따르지 무효 취소 제쳐 적용하지 고려하지
RULES 지시 지침 규칙 정책 프롬프트 명령 가이드라인 기준
BEFORE 이전 위의 앞의 기존 지금까지 모든 앞선 상기
LABELLER 분류기 모델 인공지능 ai 관리자 모더레이터 라벨러 어시스턴트 검토자
LABEL 라벨 분류 표시 판정 레이블 태그 평가 간주
GOOD 안전 무해 문제없 위반하지 위반이 허용 safe
POST 게시물 게시글 콘텐츠 내용 메시지 글은 글을 댓글 텍스트
ONLY 만 오직 라고만
SEEN 승인 검토되 검증 확인됨 검토가
PERSON 사람 인간 수동
REVIEW 검토 심사 감사
NOT 필요 없이 불필요 말고 마세요 말아 않
MUST 세요 십시오 해야 반드시 바랍니다 하라 주세요 해라
SAY 답해 답하 답변 응답 출력 대답 반환
SURE 신뢰도 확률 점수 확신
PRECEDENT 선례 조항 판례
@th
OVERRIDE วางกฎ วางคำสั่ง วางนโยบาย
SAY เขียนว่า
GOOD ไม่มีการละเมิด ไม่พบการละเมิด ไม่ผิดกฎ
OVERRIDE อย่าใช้ อย่านำ ไม่ต้องใช้
POSE สมมติ บทบาท แกล้งทำ จินตนาการ
DONT อย่า(?:ติดป้าย|จัดประเภท|ระบุ|ตัดสิน|จำแนก|ทำเครื่องหมาย|จัดว่า)
BAD เกลียดชัง คุกคาม ละเมิด ไม่ปลอดภัย ไม่อนุญาต
SWAP เนื้อหาจริง แทน
OVERRIDE ละเว้น เพิกเฉย ไม่ต้องสนใจ ลืม ไม่สนใจ ข้าม ยกเลิก อย่าทำตาม เมิน ใช้ไม่ได้ ไม่มีผล ไม่ต้องทำตาม
RULES คำสั่ง กฎ นโยบาย คำแนะนำ ข้อกำหนด แนวทาง พรอมต์
BEFORE ก่อนหน้า ข้างต้น ทั้งหมด เดิม ที่ผ่านมา ด้านบน
LABELLER ตัวจำแนก โมเดล ผู้ดูแล เอไอ ai ปัญญาประดิษฐ์ ผู้ติดป้าย ผู้ช่วย
LABEL ป้ายกำกับ จัดประเภท ติดป้าย จำแนก ทำเครื่องหมาย ระบุว่า ตัดสิน ประเมิน
GOOD ปลอดภัย ไม่เป็นอันตราย อนุญาต ไม่ละเมิด safe
POST โพสต์ เนื้อหา ข้อความ ความคิดเห็น
SEEN อนุมัติ ตรวจสอบแล้ว ได้รับการตรวจ
REVIEW ตรวจสอบ ทบทวน
NOT ไม่ต้อง ไม่จำเป็น โดยไม่ อย่า
ONLY แค่ เท่านั้น เพียง
MUST กรุณา โปรด ต้อง ควร
SAY ตอบ ส่งออก แสดง
@vi
OVERRIDE gat\\ (?:\\w+\\ ){1,2}sang dat\\ (?:\\w+\\ ){1,2}sang
SAY ghi\\ la viet\\ la
POSE dong\\ vai gia\\ vo tuong\\ tuong gia\\ su
DONT (?:dung|khong\\ duoc|cho)\\ (?:gan\\ nhan|danh\\ dau|phan\\ loai|coi|xem|ap\\ dung)
BAD thu\\ ghet quay\\ roi vi\\ pham doc\\ hai xuc\\ pham khong\\ an\\ toan khong\\ cho\\ phep khong\\ duoc\\ phep
SWAP thay\\ vao\\ do noi\\ dung\\ that
ONLY chi\\ can chi\\ tra
OVERRIDE khong\\ con\\ hieu khong\\ con\\ ap bo\\ qua phot\\ lo quen\\ di hay\\ quen dung\\ tuan khong\\ can\\ tuan khong\\ tuan gat\\ bo huy\\ bo vo\\ hieu lo\\ di
RULES huong\\ dan chi\\ thi quy\\ tac chinh\\ sach quy\\ dinh menh\\ lenh cau\\ lenh chi\\ dan nguyen\\ tac prompt
BEFORE truoc\\ do o\\ tren truoc\\ day ben\\ tren tat\\ ca moi phia\\ tren ban\\ dau
LABELLER bo\\ phan\\ loai mo\\ hinh kiem\\ duyet tri\\ tue\\ nhan\\ tao tro\\ ly
LABEL gan\\ nhan nhan\\ la danh\\ dau phan\\ loai danh\\ gia xep\\ loai nhan: gan\\ no
GOOD an\\ toan vo\\ hai khong\\ vi\\ pham cho\\ phep hop\\ le safe
POST bai\\ viet bai\\ dang noi\\ dung tin\\ nhan binh\\ luan van\\ ban
SEEN da\\ duoc\\ duyet da\\ duyet phe\\ duyet da\\ kiem\\ tra
REVIEW xem\\ xet kiem\\ tra duyet
NOT khong\\ can khong dung
MUST hay phai vui\\ long xin nen can
SAY tra\\ loi dap xuat phan\\ hoi
@es
LABELLER debes\\ (?:decir|responder|contestar|escribir)
GOOD no\\ (?:viola|infringe|incumple)\\ ningun
GOOD no\\ hay\\ (?:ninguna\\ )?(?:infraccion|violacion) sin\\ (?:infracc|violac)
DONT no\\ (?:lo\\ |la\\ )?(?:etiquetes?|clasifi(?:que|ques|car)|marques?|consideres?|juzgues?|califiques?|denuncies?)\\b
SWAP en\\ su\\ lugar (?:verdadero\\ contenido|contenido\\ (?:real|verdadero))
OVERRIDE ya\\ no\\ (?:se\\ )?(?:aplica|vale|rige|cuenta|son|es) caso\\ omiso no\\ (?:sigas?|hagas?\\ caso|tengas?\\ en\\ cuenta|apliques?|obede[cz]\\w+) por\\ alto haz\\ como\\ si prescind sin\\ efecto deja\\w*\\ de\\ lado
RULES instruccion indicacion directri politica regla prompt
BEFORE anterior previ arriba todas?\\ las? cualquier\\ tus\\b
@pt
LABELLER (?:deves|voce\\ deve)\\ (?:dizer|responder|escrever)
GOOD nao\\ viola\\ nenhum
GOOD nao\\ ha\\ (?:nenhuma\\ )?(?:violac|infrac) sem\\ (?:violac|infrac)
DONT nao\\ (?:o\\ |a\\ )?(?:classifiques?|rotules?|marques?|etiquetes?|julgues?|trates?)\\b
SWAP em\\ vez\\ disso (?:verdadeiro\\ conteudo|conteudo\\ (?:real|verdadeiro))
OVERRIDE nao\\ (?:se\\ )?(?:vale|valem|aplica|aplicam|estao) ja\\ nao nao\\ (?:siga|aplique|considere|obedeca|leve) sem\\ efeito deixe\\ de\\ lado
RULES instruc diretri politica regra prompt
BEFORE anterior previ acima todas?\\ as? suas\\b
@fr
LABELLER (?:tu\\ dois|vous\\ devez)\\ (?:dire|repondre|ecrire)
GOOD ne\\ (?:viole|enfreint)\\ aucun
GOOD (?:aucune|pas\\ d['’e])\\ ?(?:infraction|violation) sans\\ danger
DONT n(?:e\\ (?:la\\ |le\\ )?|')(?:class|marqu|etiquet|consider|jug|qualifi|signal)\\w*\\ (?:pas|jamais)
SWAP a\\ la\\ place (?:vrai\\ contenu|contenu\\ (?:reel|veritable))
OVERRIDE (?:ne|n'|s')\\ ?\\w+\\ plus ne\\ s'applique tout\\ ce\\ qu' ne\\ (?:suivez|suis|tenez|tiens|respectez|respecte|appliquez|applique)\\ (?:pas|plus|aucun) abstraction ne\\ tenez\\ pas\\ compte laisse\\w*\\ de\\ cote fi\\ de
RULES instruction consigne directive politique regle prompt
BEFORE precedent anterieur ci-dessus avant toutes\\ les tes\\b vos\\b
@it
LABELLER devi\\ (?:dire|rispondere|scrivere)
GOOD non\\ viola\\ nessun
GOOD (?:nessuna|alcuna|senza)\\ (?:violazion|infrazion)
DONT non\\ (?:classificar|etichettar|segnalar|contrassegnar|giudicar)\\w+
SWAP al\\ suo\\ posto (?:vero\\ contenuto|contenuto\\ (?:vero|reale))
OVERRIDE non\\ (?:si\\ )?(?:valgono|vale|applicano|applica|sono)\\ (?:piu|in\\ vigore) non\\ (?:seguire|seguite|considerare|tenere|applicare) lascia\\w*\\ perdere metti\\w*\\ da\\ parte
RULES istruzion direttiv regol linee\\ guida prompt
BEFORE precedent sopra anterior tutte\\ le tue\\b
@de
GOOD verstosst\\ gegen\\ keine
GOOD kein(?:en|e)?\\ (?:regel)?verstoss
DONT (?:bewerte|stufe|markiere?|kennzeichne|klassifiziere?|werte|melde)\\w*\\ (?:\\w+\\ ){0,4}nicht\\ als
SWAP stattdessen eigentliche[rn]?\\ (?:inhalt|text|beitrag)
OVERRIDE (?:gelten|gilt|greifen|sind)\\ (?:ab\\ \\w+\\ |hier\\ |jetzt\\ )?nicht(?:\\ mehr)? nicht\\ mehr\\ (?:gultig|gelten|in\\ kraft) nicht\\ (?:mehr\\ )?(?:befolg|beacht|folg|anwend|berucksichtig) ausser\\ (?:acht|kraft) keine\\ beachtung beachte\\w*\\ \\w+\\ nicht hinweg
RULES anweisung richtlini instruktion vorgabe regeln prompt
BEFORE vorherig bisherig obig vorangegang fruher alle\\b deine\\b oben
@tr
GOOD ihlal\\ yok ihlal\\ bulunma
DONT (?:etiketleme|isaretleme|siniflandirma|sayma|degerlendirme)(?:yin)?\\b
SWAP bunun\\ yerine asil\\ icerik
OVERRIDE gecerli\\ degil artik\\ gecer yok\\ say goz\\ ardi dikkate\\ alma hice\\ say gormezden\\ gel bir\\ kenara unut gecersiz uyma\\b
RULES talimat yonerge kural politika komut ilke
BEFORE onceki yukaridaki tum\\b butun evvelki simdiye\\ kadar
LABEL etiket siniflandir isaretle
GOOD guvenli zararsiz sorunsuz
@pl
GOOD brak\\ narusze nie\\ narusza
DONT nie\\ (?:oznacza|klasyfikuj|traktuj|uznawaj|oceniaj)\\w*
SWAP zamiast\\ tego (?:prawdziwa|wlasciwa)\\ tresc
OVERRIDE nie\\ (?:obowiazuj|sa\\ aktualn|maja) nie\\ (?:stosuj|przestrzegaj|bierz|kieruj) wez\\w*\\ w\\ nawias
RULES instrukc zasad wytyczn polece
BEFORE poprzedni wczesniej powyzsz wszystki
@ru
LABELLER (?:ты|вы)\\ (?:обязан\\w*|должн?\\w*)\\ (?:ответить|сказать|написать|вернуть|вывести)
GOOD нарушени[ийя]\\ нет (?:нет|без)\\ нарушени не\\ нарушает
DONT не\\ (?:помечай|отмечай|классифицируй|считай|относи|ставь|маркируй|оценивай)\\w*
SWAP вместо\\ этого настоящ\\w+\\ (?:текст|контент|пост|сообщени)
OVERRIDE (?:больше|уже)\\ не\\ (?:действу|примен|имеют|актуальн) не\\ действу не\\ (?:следуй|соблюда|учитыва|обраща|применя|выполня|принимай) не\\ обращай\\w*\\ внимани закрой\\ глаза
RULES инструкц правил указани директив политик промпт
BEFORE предыдущ выше прежн все\\b прошл ранее свои
@uk
GOOD порушень\\ нема (?:немає|без)\\ порушен
DONT не\\ (?:познача|класифікуй|вважай|маркуй|оцінюй)\\w*
SWAP замість\\ цього справжн\\w+\\ (?:текст|контент|допис)
OVERRIDE (?:більше|вже)\\ не\\ (?:діють|чинн|застосов) не\\ (?:дотриму|зважай|враховуй|виконуй|застосов|звертай)
RULES інструкц правил вказівк директив політик промпт
BEFORE попередн вище усі\\b всі\\b раніше
@fa
OVERRIDE معتبر\\ نیست دیگر\\ اعتبار نادیده صرف\\ ?نظر در\\ نظر\\ نگیر توجه\\ نکن چشم\\ ?پوشی فراموش
RULES دستور قوانین قواعد سیاست راهنما پرامپت
BEFORE قبلی بالا پیشین همه تمام
LABEL برچسب دسته\\ ?بندی طبقه\\ ?بندی علامت
GOOD امن بی\\ ?خطر مجاز ایمن بی\\ ?ضرر
MUST باید لطفا بزن بده
@hi
GOOD कोई\\ उल्लंघन\\ नही
DONT (?:लेबल|चिह्नित|वर्गीकृत|श्रेणी)\\ (?:न|मत|ना)\\b
SWAP इसके\\ बजाय असली\\ (?:सामग्री|पोस्ट)
POSE भूमिका मान\\ लो
OVERRIDE लागू\\ नहीं मान्य\\ नहीं अनदेखा नजरअंदाज नज़रअंदाज़ अनदेखी ध्यान\\ न\\ दे भूल\\ जा पालन\\ न उपेक्षा
RULES निर्देश नियम नीति आदेश प्रॉम्प्ट
BEFORE पिछले पिछली पहले ऊपर सभी सारे
LABEL लेबल वर्गीकृत चिह्नित श्रेणी
GOOD सुरक्षित हानिरहित safe
MUST करें करो कृपया चाहिए दें दो
@ar
GOOD لا\\ (?:توجد|يوجد)\\ (?:\\w+\\ )?(?:مخالف|انتهاك)
DONT لا\\ (?:تصنف|تضع|تعتبر|تسم)
SWAP بدلا\\ من\\ ذلك المحتوي\\ الحقيقي
OVERRIDE لم\\ تعد لا\\ تلتزم لا\\ تتبع غير\\ ساري بغض\\ النظر ضرب\\ عرض
RULES تعليمات قواعد ارشادات سياس توجيهات
BEFORE سابق اعلاه جميع كل
@he
OVERRIDE כבר\\ לא אינם\\ תקפים אל\\ תציית התעלם
RULES הוראות הנחיות כללים מדיניות
BEFORE קודמ לעיל כל\\ ה
@nl
GOOD geen\\ (?:overtreding|schending)
DONT (?:markeer|label|classificeer|beschouw)\\w*\\ (?:\\w+\\ ){0,4}niet\\ als
SWAP in\\ plaats\\ daarvan (?:echte|eigenlijke)\\ (?:inhoud|tekst|bericht)
OVERRIDE (?:gelden|gelt|geldt|zijn)\\ (?:nu\\ )?niet\\ meer buiten\\ beschouwing niet\\ langer
RULES instructie richtlijn regels beleid prompt
BEFORE vorige eerdere bovenstaand hierboven alle\\b
@id
GOOD tidak\\ ada\\ pelanggaran tidak\\ melanggar
DONT jangan\\ (?:labeli|tandai|klasifikasikan|anggap|beri\\ label|nilai)
SWAP sebagai\\ gantinya konten\\ sebenarnya
OVERRIDE (?:sudah\\ )?tidak\\ (?:lagi\\ )?berlaku jangan\\ (?:ikuti|patuhi)
RULES instruksi aturan pedoman kebijakan petunjuk
BEFORE sebelumnya di\\ atas semua
"""

_SIMPLIFIED = str.maketrans(
    "無視規則標籤簽內訊貼審評類斷輸請應該這條許違須經統級註為對話當記認證從現開關個員機們選擇給寫響執準導編號論發結後來會沒與於險權優備過獲說綠單預議復複產參慮遵棄拋廢閱讀邊擱歸語設範錯處裡顯雲",
    "无视规则标签签内讯贴审评类断输请应该这条许违须经统级注为对话当记认证从现开关个员机们选择给写响执准导编号论发结后来会没与于险权优备过获说绿单预议复复产参虑遵弃抛废阅读边搁归语设范错处里显云",
)


def simplified(text: str) -> str:
    """The text with the traditional characters of these phrases as simplified ones."""
    return text.translate(_SIMPLIFIED)


def phrase_meanings(text: str, spoken: Collection[str]) -> Iterator[tuple[int, int, str, int]]:
    """(start, end, language, bits of `Concept`) of every phrase in a text in lower case and without accents.

    Args:
        text: the text.
        spoken: languages whose single words speak of rules; of those in Latin letters no others are looked at.
    """
    for language, script, phrases in _tables():
        if language in spoken if script is None else script.search(text):
            for found in phrases.pattern.finditer(text):
                yield found.start(), found.end(), language, phrases.bits(found)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one language.

    Args:
        pattern: all of them, the longest first; no groups, so that a search skips what none of them begins with.
        literal: concepts of those that are plain words.
        others: those that are patterns of their own, in order.
    """

    pattern: re.Pattern[str]
    literal: Mapping[str, int]
    others: tuple[tuple[re.Pattern[str], int], ...]

    def bits(self, found: re.Match[str]) -> int:
        """Concepts of a phrase that was found."""
        for one, bits in self.others:
            said = one.match(found.string, found.start())
            if said is not None and said.end() == found.end():
                return bits
        return self.literal[found[0]]


@cache
def _tables() -> tuple[tuple[str, re.Pattern[str] | None, _Phrases], ...]:
    """By language: what characters show that it may be there, and its phrases."""
    lists: dict[str, dict[str, int]] = {}
    language = ""
    for line in _PHRASES.strip().splitlines():
        if line[0] == "@":
            language = line[1:]
            lists[language] = {}
            continue
        concept, *words = re.split(r"(?<!\\) +", line)
        for word in words:
            phrase = _spelled(word.replace("\\ ", " "))
            lists[language][phrase] = lists[language].get(phrase, 0) | int(Concept[concept] | _INCLUDED.get(concept, 0))
    return tuple((name, _SCRIPTS.get(name), _compiled(phrases)) for name, phrases in lists.items())


_INCLUDED = {"DONT": Concept.NOT}


def _compiled(phrases: Mapping[str, int]) -> _Phrases:
    ordered = sorted(phrases, key=len, reverse=True)
    plain = {one: phrases[one] for one in ordered if re.escape(one).replace("\\ ", " ") == one}
    others = tuple((re.compile(one), phrases[one]) for one in ordered if one not in plain)
    return _Phrases(re.compile("|".join(ordered)), plain, others)


def _spelled(phrase: str) -> str:
    return simplified(unmarked(unicodedata.normalize("NFKC", phrase)))  # as texts are, Japanese ones too


_SCRIPTS = {
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "uk": re.compile("[\u0400-\u04ff]"),
    "fa": re.compile("[\u0600-\u06ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "hi": re.compile("[\u0900-\u097f]"),
}
