"""What words of many languages mean to a rule: stems by concept, for scripts that put blanks between words.

A stem stands for every word that begins with it; one with `=` before it for itself alone. Marks are left out, so that
`instrucción` is found by `instruccion`. Concepts are named in `Concept`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import IntFlag
from functools import cache, lru_cache


class Concept(IntFlag):
    """What a word is about."""

    OVERRIDE = 1  # ignore, disregard, forget, set aside; suspended, void
    RULES = 2  # instruction, policy, guideline, prompt
    BEFORE = 4  # previous, above, earlier
    LABELLER = 8  # classifier, labeller, language model, moderator bot
    LABEL = 16  # label, classify, mark, verdict
    GOOD = 32  # safe, harmless, allowed
    POST = 64  # post, content, message, comment
    SEEN = 128  # reviewed, approved, verified
    PERSON = 256  # human, reviewer, team
    REVIEW = 512  # review, check, audit
    NOT = 1024  # not, no, without, never
    FOLLOW = 2048  # follow, apply, obey, heed
    MUST = 4096  # must, should, please, need
    SAY = 8192  # answer, reply, output, return
    SURE = 16384  # confidence, probability, score
    ALL = 32768  # all, everything, any
    PRECEDENT = 65536  # precedent, clause, section
    ACCEPT = 131072  # accept, auto-accept, route
    ONLY = 262144  # only, just, exactly
    NAME = 524288  # the name of a label, as the policy writes it
    POSE = 1048576  # pretend, imagine, play the part
    DONT = 2097152  # do not label it: a prohibition and what it forbids, in one phrase
    BAD = 4194304  # hate, offensive, violation, not allowed
    SWAP = 8388608  # judge another content instead


_CODES = {
    "OVR": Concept.OVERRIDE,
    "RUL": Concept.RULES,
    "BEF": Concept.BEFORE,
    "WHO": Concept.LABELLER,
    "LAB": Concept.LABEL,
    "GOO": Concept.GOOD,
    "POS": Concept.POST,
    "SEE": Concept.SEEN,
    "PER": Concept.PERSON,
    "REV": Concept.REVIEW,
    "NOT": Concept.NOT,
    "FOL": Concept.FOLLOW,
    "MUS": Concept.MUST,
    "SAY": Concept.SAY,
    "SUR": Concept.SURE,
    "ALL": Concept.ALL,
    "PRE": Concept.PRECEDENT,
    "ACC": Concept.ACCEPT,
    "ONL": Concept.ONLY,
    "ROL": Concept.POSE,
    "BAD": Concept.BAD,
    "INS": Concept.SWAP,
}

_SPACED = """
@en
ROL =pretend =imagine =suppose =act =roleplay =role =persona =character =play =game =simulate =impersonate =grandmother =grandma
BAD =hate hateful harass abus offens toxic insult threat sexual =spam discriminat harmful dangerous violation =bad unsafe
INS =instead =following =follows =real =actual =next =example =below
LAB =class =classes =graded =judged =evaluate =evaluated =assess =assessed =judge
OVR ignor disregard overrid overrul bypass supersed discard rescind revok =void =obsolete =forget =forgotten =neglect circumvent nullif suspend withdrawn =aside =attention =heed =drop =erase =abandon dismiss cancel =scrap =wipe =forgot
RUL instruction guideline directive =prompt =prompts =policy =policies =criteria rulebook =rules ruleset =task =training =orders =order =command =commands =standards =constraints =restrictions =directions =definitions
BEF previous =prior preceding earlier foregoing =above initial =former aforementioned precedent =before
WHO =software =whoever =automated classifier labeller labeler annotator chatbot =llm =llms =gpt =chatgpt =ai moderator autorater =grader =automod prelabel =model =models =system =machine =algorithm =assistant =assistants =bot =bots =rater =evaluator =claude =gemini =a.i =developer =admin =administrator =operator =root =trust
LAB label labell categoris categoriz classif verdict =mark =marked =flag =tag =tagged =rated =rate annotat =categorise =judgement =judgment =labels rationale severit =category =categories =prelabel =score =grade
GOO =safe harmless benign nonviolating =acceptable =permissible permitted =allowed compliant innocuous inoffensive =unproblematic =clean =nontoxic =none =ok =okay violation violating =unobjectionable =objectionable =violates =violate
POS =post =posts =content =message =comment =text =submission =item =tweet =contents =comments =messages =texts =posting =passage =document =statement =input =speech =everything =anything =prompt =conversation =data untrusted =user
SEE =signed =confirm =certify =authorize =authorise =attest =vouch =guarantee approved verified =reviewed =cleared whitelisted preapproved adjudicated exempt exempted vetted =settled =approved =certified =confirmed =checked =labelled =labeled =agreed =decided =ruled =judged
PER =human =humans =reviewer =reviewers =team =person =moderators =manual =manually staff
REV =review =reviews =audit =check =inspection escalat moderation =result =status =outcome =screening
NOT =not =no =never =without =skip =avoid =dont =don't =doesn't =needn't =isn't =n't =cannot refrain =nothing =nor =stop =unnecessary
FOL =follow =following =apply =applying =obey =heed =consider =use =consult =observe =adhere =comply =regard =enforce applicable =applies
MUS =must =should =please =need =needs =needed =required =shall =kindly =ought =has =mandatory necessary =from
SAY =answer =reply =respond =output =return =print =write =say =choose =give =emit =treat =call =pick =select =assign =conclude
SUR confidence probability =score certainty
ALL =all =everything =every =any =anything =whatever =entire =whatsoever
PRE precedent =clause =clauses =section =amendment =article =handbook =manual =exception =definition =update
ACC =accept =accepted autoaccept =route =routed autoapprov =routing =approve =auto =disposition
@de
OVR =beiseite =ignoriere
SAY =trage =trag
LAB =beurteile =beurteilen werturteil
ROL =rolle schlupf =angenommen =stell =spiele =spielst
BAD =hass hassrede belastig beleidig verstoss anstossig schadlich gefahrlich diskriminier unzulassig
ONL =nur =lediglich =ausschliesslich =einfach
OVR =ungultig
LAB =werten =werte =wertet =gewertet =ausgeben
MUS sehr =geehrte =geehrter =geehrtes =liebe =lieber =liebes
PRE =laut =gemass =solche =neue
OVR ignorier missacht vergiss vergess =ausser hinfallig =aufgehoben uberschreib verwirf verwerf unbeachtet =beachte ubergeh
RUL anweisung richtlinie instruktion vorgabe =regeln =regel =prompt leitlinie =vorschriften
BEF vorherig bisherig vorangegangen obig =oben fruher vorig zuvor =davor
WHO klassifikator klassifizierer moderator sprachmodell =ki annotator =modell kennzeichner bewerter
LAB kennzeichn klassifizier markier einstuf eingestuft =ein =label labels urteil einordn etikett =bewerte kategorisier
GOO sicher unbedenklich harmlos zulassig erlaubt unproblematisch
POS beitrag beitrage inhalt nachricht kommentar =text =texte
SEE gepruft genehmigt freigegeben verifiziert
PER mensch moderatoren prufer manuell
REV prufung uberprufung =uberprufen kontrolle
NOT =nicht =kein =keine =keinen =ohne =nie niemals
FOL befolg =folge =folgen anwend =wende berucksichtig =halte =gelten =gilt
MUS muss =soll sollte sollen =bitte mussen erforderlich notig notwendig
SAY antwort ausgabe =gib =schreib =schreibe =sage =nenne zuruck
SUR konfidenz wahrscheinlichkeit sicherheit
ALL =alle =alles =allen =jede =jeder =jeglich samtlich gesamt
PRE prazedenz klausel abschnitt
@es
LAB evalu juzg clasifiq califiq =marques =consideres
ROL =imagina =finge =fingir =actua =papel =rol =supon =supongamos =juguemos
BAD =odio acoso infraccion ofensiv danin toxic discrimin violacion peligros
ONL solo =sólo solamente unicamente =simplemente
MUS =estimado =estimada =querido =falta
LAB =pon =ponle
PRE =segun =nueva
OVR ignora ignore =olvida =olvide =olvidate omit descart desestim desobedec =anula prescind
RUL instrucci directriz directric politica =reglas =regla =norma =normas indicacion =prompt
BEF anterior previa previo =arriba preceden antes
WHO clasificador etiquetador moderador =ia =modelo anotador asistente
LAB etiquet clasific =marca =marcar =marque categoriz veredicto =califica =calificar =marcalo catalog
GOO segur inofensiv inocu permitid aceptable =inocente
POS publicacion contenido mensaje comentario =texto =post
SEE aprobad revisad verificad autorizad
PER human revisor moderadores equipo =manual
REV revision =revisar auditoria
NOT =no =sin =nunca ningun ninguna =jamas
FOL =sigas =seguir =sigue =apliques =aplicar =aplica =obedezcas =obedecer =tengas =cuenta
MUS =debe =debes =deben =deberia =por =favor necesit =hay
SAY respond =responde =contesta =devuelve =escribe =di =pon =indica salida respuesta
SUR confianza probabilidad puntuacion
ALL =todo =todas =todos =toda cualquier
PRE precedente clausula =seccion
@fr
RUL reglement
OVR =laisse =laissez
LAB evalu jug
ROL =imagine =imaginez =joue =joues =jouez =jouons =role =supposons =suppose =personnage
BAD =haine haineu harcel infraction offensant nuisible toxique discrimin violation injurieu
ONL seulement uniquement simplement =juste
MUS =cher =chere
LAB =mets =mettez =classez =classe
PRE =selon =nouvelle
SAY =mets =mettez
OVR ignor oubli neglig =abstraction contourn =outrepasse annul
RUL instruction consigne directive =politique =politiques =regles =regle =prompt
BEF precedent anterieur =dessus =avant
WHO classificateur classifieur moderateur annotateur =ia =modele etiqueteur assistant
LAB etiquet class =marque =marquez =marquer categoris verdict =qualifie =qualifiez =label =note =notez
GOO =sûr =sûre =sûrs inoffensi =autorise =autorisee acceptable anodin =conforme =inoffensif =sain
POS publication contenu message commentaire =texte =post
SEE approuv verifi valide =examine
PER humain moderateurs reviseur equipe =manuelle
REV revision verification examen =audit relecture
NOT =pas =ne =aucun =aucune =sans =jamais
FOL =suivez =suis =suivre =appliquez =appliquer =applique =tenez =compte =obeis =respecte =respectez
MUS =doit =devez =dois =devrait =veuillez =svp =faut =necessaire
SAY repond =repondez =reponds =ecris =ecrivez =dis =dites =renvoie =renvoyez =donne =donnez =retourne reponse
SUR confiance probabilite =score
ALL =tout =tous =toutes =toute =chaque
PRE precedent =clause =section
@pt
LAB avali julg classifiq =marques
ROL =imagine =finja =finge =atue =aja =papel =suponha =personagem
BAD =odio assedio infrac ofensiv toxic discrimin violac nociv
ONL =so apenas somente =simplesmente
MUS =caro =cara =prezado
PRE =segundo =conforme =nova
OVR ignore =esqueca =esquece descart desconsider =desrespeite anul
RUL instruco instruca diretriz diretriv politica =regras =regra orientac =prompt
BEF anterior previa previo =acima antes preceden
WHO classificador rotulador moderador =ia =modelo anotador assistente
LAB rotul classific =marque =marca =marcar etiquet veredi categori
GOO segur inofensiv permitid aceitavel =inocuo
POS publicacao conteudo mensagem comentario =texto =post postagem
SEE aprovad revisad verificad autorizad
PER human revisor moderadores equipe =manual
REV revisao =revisar auditoria
NOT =nao =sem =nunca nenhum
FOL =siga =seguir =aplique =aplicar =obedeca =considere
MUS =deve =devem =deveria =favor precis =necessaria
SAY respond =responda =devolva =escreva =diga =retorne resposta
SUR confianca probabilidade pontuacao
ALL =todo =todas =todos =toda =tudo qualquer
@it
LAB valut giudi
ROL =immagina =fingi =fingere =agisci =ruolo =supponi =personaggio
BAD =odio molest violazion offensiv tossic discrimin nociv
ONL =solo =soltanto solamente =semplicemente
MUS =caro =cara =gentile
LAB etichetta =metti
PRE =secondo =nuova
OVR ignor dimentic =trascura tralascia scart =scavalca annull
RUL istruzion direttiv =regole =regola =politica =policy linee =guida =prompt indicazion
BEF precedent =sopra anterior =prima
WHO classificatore moderatore etichettatore annotatore =ia =modello assistente
LAB etichett classific =contrassegna =segna =marca verdetto categorizz
GOO sicur innocu =consentito =consentita =ammesso accettabil inoffensiv
POS messaggio contenuto commento =testo =post pubblicazione
SEE approvat verificat revisionat autorizzat
PER uman revisor moderatori
REV revisione verifica controllo
NOT =non =senza =mai nessun
FOL =segui =seguire =seguite =applicare =applica =considerare =considera =conto
MUS =deve =devi =devono =dovrebbe =favore =prego necessari =bisogna
SAY rispond =scrivi =restituisci =dai =dire risposta
SUR confidenza fiducia probabilita punteggio
ALL =tutto =tutte =tutti =tutta qualsiasi
PRE precedente =clausola sezione
@nl
LAB evalue
ROL =alsof =speel =rol =veronderstel
BAD haat intimidatie overtreding beledig schadelijk discrimin
ONL alleen =slechts =enkel
MUS =beste =geachte
PRE =volgens =nieuwe
OVR negeer negeren =vergeet vergeten =overschrijf =omzeil =laat verwerp
RUL instructie richtlijn =regels =regel =beleid =prompt aanwijzing voorschrift
BEF vorige eerdere voorgaande =bovenstaande =hierboven
WHO classificator moderator annotator taalmodel =ai =model labelaar
LAB label classificeer =markeer =markeren oordeel categoriseer beoordeel =bestempel
GOO veilig onschadelijk toegestaan aanvaardbaar =onschuldig
POS bericht inhoud =tekst reactie =post
SEE goedgekeurd gecontroleerd beoordeeld
PER mens moderatoren handmatig
REV controle beoordeling
NOT =niet =geen =zonder =nooit
FOL =volg =volgen =toepassen =pas
MUS =moet =moeten =alsjeblieft =alstublieft nodig gelieve
SAY antwoord =schrijf =geef =zeg
SUR betrouwbaarheid zekerheid waarschijnlijkheid
ALL =alle =alles =elke
@pl
OVR =odloz =odlozcie
SAY =wpisz =zapisz
LAB oceni
ROL =udawaj =wyobraz =zagraj =role =roli =zalozmy =wciel
BAD nienawis nekani narusz obrazliw szkodliw toksyczn dyskrymin
ONL =tylko jedynie wylacznie
MUS =drogi =szanowny
PRE =wedlug =zgodnie =nowa
OVR ignoruj =zignoruj zignorow =zapomnij =pomin pomija =nadpisz =zlekcewaz =anuluj
RUL instrukcj wytyczn polece =zasady =zasad =zasade regulamin polityk =prompt =reguly
BEF poprzedni wczesniej powyzsz wczesniejsz
WHO klasyfikator moderator etykieciarz annotator =ai =sztuczna =model asystent
LAB oznacz oznacza etykiet klasyfik zaklasyfik sklasyfik werdykt kategori =ocen
GOO bezpieczn nieszkodliw dozwolon dopuszczaln =niegrozny
POS wpis tresc tresci wiadomosc komentarz =tekst =post
SEE zatwierdz zweryfikow sprawdzon
PER czlowiek ludzk moderatorzy recznie reczn
REV weryfikacj przeglad kontrol
NOT =nie =bez =nigdy =zadnych
FOL =stosuj =przestrzegaj =stosowac =uwzgledniaj =bierz
MUS =musi =musisz =powinien =powinna =powinno =prosze =nalezy potrzebn wymagan
SAY odpowiedz =odpowiadaj =napisz =zwroc =podaj
SUR pewnosc prawdopodobien
ALL =wszystkie =wszystko =wszystkich =kazdy =wszelkie
@tr
LAB degerlendir
ROL rolun =davran =farzet =hayal =canlandir
BAD nefret taciz ihlal zararli saldirgan hakaret
ONL sadece yalnizca
MUS =sayin =sevgili
PRE =gore =yeni
OVR =yoksay =gormezden =unut =unutun =dikkate =gecersiz yoksay =say =sayin
RUL talimat yonerge kural politika yonergeler =prompt =komut =komutlari ilke
BEF onceki yukaridaki =ustteki evvelki
WHO siniflandirici moderator etiketleyici =yapay modeli =model asistan
LAB etiket siniflandir isaretle karar kategori
GOO guvenli zararsiz =uygun kabul izin
POS gonderi icerik mesaj yorum =metin paylasim
SEE onaylan incelen dogrulan
PER insan moderatorler denetci
REV inceleme denetim kontrol
NOT =degil =yok =olmadan =asla =hayir =alma =etme
FOL =uygula =uyma =uy =izle =takip =uygulama
MUS =lutfen gerek meli mali zorunlu
SAY =yanitla =cevapla =yaz =dondur =de =ver =yanit =cevap
SUR guven olasilik =puan =skor
ALL =tum =tumunu =butun =hepsini =her
@ru
OVR отлож =сторону
LAB суди =решение
ROL =представь =представьте =притворись =притворитесь =сыграй =роль =роли =допустим =вообрази
BAD ненавис оскорб нарушен травл вредн токсич дискримин домогат небезопасн
ONL =только =лишь исключительно =просто
MUS уважаем дорог =нужна =требуется
PRE =согласно =новая =новой
OVR игнорир проигнорир забуд отмен отбрось =отбросьте обойд пренебре нарушь
RUL инструкц правил указан директив политик =промпт =промт рекомендац предписан
BEF предыдущ выше вышеуказан прежн ранн предшеств
WHO классификатор модератор разметчик нейросет аннотатор =ии =модель ассистент
LAB помет пометь отмет метк классифиц разметь разметить вердикт категор оцен =маркируй =присвой размет
GOO безопасн безвредн безобидн допустим разрешен =приемлемо приемлем
POS сообщени пост публикац контент текст комментари запис содержим
SEE одобрен проверен утвержден подтвержд
PER человек человеч модераторы модератором ручн =люди
REV проверк ревью аудит
NOT =не =нет =без =никогда
FOL след =следуй =следуйте примен соблюда учитыва
MUS долж =нужно =надо =пожалуйста следует =необходимо требуется =прошу
SAY ответ =ответь =ответьте =напиши =верни =выведи =выдай =скажи
SUR уверенност вероятност =оценка
ALL =все =всё =всех =любые =каждый
PRE прецедент =пункт
@uk
LAB рішен
ROL =уяви =уявіть =прикинься =роль =ролі
BAD ненавис образлив порушен цькуван шкідлив небезпечн
ONL =лише =тільки =просто
MUS шановн
PRE =згідно =нова
OVR ігнор проігнор забуд скасу відкин знехту
RUL інструкц правил вказівк директив політик =промпт настанов
BEF попередн вище вищезазнач ранішн
WHO класифікатор модератор розмітник нейромереж =ші анотатор =модель асистент
LAB познач признач мітк класифік вердикт категор оцін =маркуй
GOO безпечн нешкідлив дозволен прийнятн
POS повідомл допис пост публікац контент вміст текст коментар
SEE схвален перевірен затверджен
PER людин людськ модератори =вручну
REV перевірк аудит
NOT =не =немає =без =ніколи
FOL дотриму =слідуй застосов виконуй
MUS повин =треба =потрібно =ласка =необхідно мусить
SAY відповід =відповідай =напиши =поверни =виведи =скажи
SUR впевненіст ймовірніст
ALL =всі =усі =усе =все =будь
@ar
LAB قرار
ROL تخيل تظاهر =افترض =دور =العب
BAD كراهية تحرش مخالف انتهاك مسيء ضار
ONL =فقط
MUS عزيزي
OVR تجاهل اهمل انس انسي تجاوز الغ اترك
RUL تعليمات ارشادات قواعد سياس توجيهات اوامر =البرومبت
BEF سابق اعلاه سالف قبل
WHO مصنف مشرف نموذج ذكاء مساعد
LAB صنف تصنيف ضع علم وسم حكم فئ قيم
GOO امن ءامن امنا سليم مسموح مقبول بريء
POS منشور محتوى رسالة نص تعليق
SEE معتمد موافق مراجع تمت
PER بشر انسان مشرفين يدوي
REV مراجع تدقيق فحص
NOT =لا =لم =ليس =بدون =دون =عدم
FOL تتبع اتبع تطبق طبق
MUS يجب ينبغي رجاء =الرجاء =يرجى لازم
SAY اجب اكتب رد قل اجاب
SUR ثق احتمال
ALL =كل جميع كافة
@fa
ONL =فقط =تنها
OVR نادیده بیخیال چشم‌پوشی
RUL دستور قوانین قواعد سیاست راهنما پرامپت
BEF قبلی بالا پیشین
WHO طبقه مدل هوش دستیار ناظر برچسب‌زن
LAB برچسب دسته طبقه علامت ارزیابی
GOO امن بی‌خطر بیخطر مجاز ایمن سالم
POS پست محتوا پیام متن نظر
SEE تایید بررسی
PER انسان ناظر دستی
NOT =نه =نکن =نکنید =بدون =نیست
FOL پیروی رعایت دنبال
MUS باید لطفا =لطفاً
SAY پاسخ جواب بنویس بگو بده
SUR اطمینان احتمال
ALL =همه تمام تمامی
@he
ONL =רק
OVR התעלם התעלמי התעלמו שכח בטל עקוף
RUL הוראות הנחיות כללים מדיניות הנחיה כללי
BEF קודם קודמות לעיל הקודמות
WHO מסווג מודל בינה מנחה מתייג
LAB סווג סמן תייג תווית סיווג פסק
GOO בטוח בטוחה תקין מותר מזיק
POS פוסט תוכן הודעה טקסט תגובה
SEE אושר נבדק
PER אדם אנושי אנושית
REV ביקורת בדיקה סקירה
NOT =לא =אל =ללא =בלי =אין
FOL תציית פעל תפעל לפעול
MUS חייב צריך בבקשה =נא יש
SAY ענה השב כתוב החזר אמור
SUR ביטחון הסתברות
ALL =כל כולם הכל
@hi
LAB फैसला निर्णय
ROL कल्पना भूमिका =मानो अभिनय
BAD नफरत घृणा उत्पीड़न उल्लंघन हानिकारक
ONL =केवल =सिर्फ
OVR लागू
OVR अनदेखा नजरअंदाज नज़रअंदाज़ भूल उपेक्षा
RUL निर्देश नियम नीति दिशानिर्देश प्रॉम्प्ट
BEF पिछले पिछला पूर्व ऊपर पहले
WHO वर्गीकारक मॉडल एआई मॉडरेटर क्लासिफायर
LAB लेबल वर्गीकृत चिह्नित वर्गीकरण श्रेणी
GOO सुरक्षित हानिरहित अनुमत
POS पोस्ट सामग्री संदेश टिप्पणी पाठ
SEE स्वीकृत अनुमोदित जाँच
PER मानव इंसान
REV समीक्षा
NOT =नहीं =मत =बिना
FOL पालन
MUS कृपया चाहिए अवश्य
SAY उत्तर जवाब लिखो लिखें दो दें
ALL =सभी =सब
@bn
OVR অগ্রাহ্য উপেক্ষা
RUL নির্দেশ নিয়ম নীতি
BEF আগের পূর্ব উপরের
LAB লেবেল চিহ্নিত
GOO নিরাপদ
POS পোস্ট
@id
LAB =menilai putus keputus
ROL =bayangkan =berpura =berperan =peran =perankan
BAD kebencian pelecehan pelanggaran melanggar
ONL =hanya =cukup
PRE =menurut =baru
OVR abaikan =lupakan =kesampingkan hiraukan
RUL instruksi arahan =aturan peraturan pedoman kebijakan petunjuk =prompt
BEF sebelumnya =atas terdahulu
WHO pengklasifikasi moderator =ai =model pelabel klasifikator
LAB label =labeli klasifikasi =tandai =beri kategori =nilai
GOO =aman =amanlah berbahaya diizinkan diperbolehkan
POS postingan konten pesan komentar =teks kiriman
SEE disetujui diperiksa diverifikasi
PER manusia moderator
REV peninjauan tinjauan pemeriksaan
NOT =tidak =tanpa =jangan =bukan
FOL =ikuti =patuhi terapkan
MUS =harus =tolong =mohon =perlu =silakan
SAY =jawab =balas =tulis =keluarkan =jawaban
ALL =semua =seluruh =segala
@nordic
OVR ignora =uita strunta ignorera =glom bortse =ignorera ignorer =glem =glom
RUL instructiun regul politic instruktion riktlinj anvisning retningslinj
BEF anterioar tidigare foregaende forrige tidligere ovan
LAB eticheta marcheaz marker klassificera klassificer klassifiser markera merk
GOO sigur saker trygg sikker ofarlig ufarlig
POS postare continut inlagg innehall innlegg indhold
@el
OVR αγνοησ ξεχασ
RUL οδηγι κανον πολιτικ
BEF προηγουμεν παραπανω
LAB χαρακτηρισ ταξινομησ σημειωσ ετικετ
GOO ασφαλ ακινδυν
POS αναρτησ περιεχομεν μηνυμα κειμενο
@central
OVR ignoruj zapomen nehled =figyelmen =hagyd =felejtsd =unohda ohita
RUL instrukc pokyn pravid zasad utasitas szabaly iranyelv ohje saant
BEF predchoz vyse korabb elozo aiemm edell
LAB oznac klasifik cimke minosit jelol luokittele merkitse
GOO bezpecn neskodn biztonsag artalmatlan turvalli
POS prispev zprav bejegyz uzenet julkais viesti
@sw
OVR puuza
RUL maagizo =tagubilin
BEF =yote =lahat =naunang yaliyotangulia
LAB lebo =label
OVR puuzia =pumuzia =balewalain huwag
RUL maagizo =tuntunin =panuntunan
BEF yaliyopita nakaraan
LAB weka =markahan =lagyan
GOO salama ligtas
"""
_CLITICS = {
    "ar": ("وال", "بال", "فال", "لل", "ال", "و", "ب", "ل", "ف"),
    "he": ("וה", "ול", "שה", "לה", "ה", "ו", "ל", "ב", "מ", "ש", "כ"),
}


Meaning = tuple[tuple[str, int], ...]
"""What a word means by language: bits of `Concept`; several languages may share a spelling."""


@lru_cache(maxsize=50_000)
def meaning(word: str) -> Meaning:
    """What a word in lower case means; none of its languages is chosen yet."""
    found: dict[str, int] = {}
    word = word.strip("'’")
    for spelling in {word, unmarked(word)}:
        for language, bits in _looked_up(spelling):
            found[language] = found.get(language, 0) | bits
    if word and not word.isascii():
        for language, clitics in _CLITICS.items():
            bare = unmarked(word)
            for clitic in clitics:
                if bare.startswith(clitic) and len(bare) >= len(clitic) + 3:
                    for other, bits in _looked_up(bare[len(clitic) :]):
                        if other == language:
                            found[language] = found.get(language, 0) | bits
    return tuple(found.items())


def unmarked(word: str) -> str:
    """A word without accents, vowel points and hamzas; marks that are vowels of the script stay."""
    if word.isascii():
        return word
    bare = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", word)))
    return bare.translate(_PLAIN_LETTERS)


def _looked_up(word: str) -> Iterator[tuple[str, int]]:
    words, stems = _tables()
    yield from words.get(word, {}).items()
    for end in range(3, len(word) + 1):
        if (held := stems.get(word[:end])) is not None:
            yield from held.items()


@cache
def _tables() -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """(meaning by whole word, meaning by stem)."""
    words: dict[str, dict[str, int]] = {}
    stems: dict[str, dict[str, int]] = {}
    language = ""
    for line in _SPACED.strip().splitlines():
        if line[0] == "@":
            language = line[1:]
            continue
        code, *entries = line.split()
        for entry in entries:
            table, key = (words, entry[1:]) if entry[0] == "=" else (stems, entry)
            held = table.setdefault(unicodedata.normalize("NFKC", key.replace("\u200c", "")), {})
            held[language] = held.get(language, 0) | int(_CODES[code])
    return words, stems


_PLAIN_LETTERS = str.maketrans({"ı": "i", "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d"})
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
