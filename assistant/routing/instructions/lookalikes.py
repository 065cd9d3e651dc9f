"""Characters that look like Latin letters: a compact table of the lookalikes that writers of hidden text reach for.

Written from what Unicode's security data (UTS #39, confusables) says of letters, and from the alphabets of "fancy text"
generators. What NFKC folds by itself (full-width, mathematical, circled letters) is not in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_PAIRS = """
аaАAвbВBсcСCԁdеeЕEєeёeғfԍgһhҺHнhНHіiІIїiјjЈJкkКKӏlӀIмmМMпnиnоoОOөoрpРPԛqгrяrѕsЅSтtТTυuцuѵvѴVԝwшwхxХXуyУYүyҮYьbзzғf
αaΑAβbΒBςcϲcδdεeΕEϵeηnΗHιiΙIκkΚKΜMΝNνvοoΟOσoπnρpΡPτtΤTυuωwχxΧXγyΥYΖZζzϳjθoΛAΔAΣEΠn
աwօoՕOոnսuՍUհhիhզqցgյjլlԼLՏSքpվdոnԺdտm
ᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎥiᎫJᏦKᏞLᎷMᏢPᏒRᏚSᎢTᏙVᎳWᏃZ
ꓐBꓑPꓒdꓓDꓔTꓖGꓗKꓙJꓚCꓝFꓟMꓠNꓡLꓢSꓣRꓦVꓧHꓪWꓫXꓬYꓮAꓰEꓲIꓳOꓴU
ᗩAᗷBᑕCᗪDᖴFᕼHᒍJᒪLᗰMᑎNᑭPᖇRᔕSᑌUᐯVᗯW᙭X
ⲁaⲃbⲉeⲏnⲓiⲕkⲙmⲛnⲟoⲣpⲥcⲧtⲩyⲭx
ɑaɐaɓbƀbʙbᴀaᴃbᴄcƈcɔcᴅdɖdɗdđdðdᴇeɛeǝeɘeəeꜰfɟfƒfɡgɢgɠgƃgʜhɥhħhıiɪiɩiɨiᴉiᴊjɾjȷjᴋkʞkƙkʟlɭlłlᴌlɫlᴍmɯmɱmɴnɲnŋnᴏoɵoøoᴘpƥpþpꞯqɋqʀrɹrɽrʁrɍrꜱsʂsᴛtʇtƭtŧtʈtᴜuʉuʊuᴠvʌvʋvᴡwʍwʏyʎyɏyᴢzʐzƶz
₳A฿B₵CĐDɆE₣F₲GⱧHŁL₭KⱠL₥M₦NØO₱PⱤR₴S₮TɄU₩WӾXɎYⱫZ¢c£L¥Y€e§s†t
"""

LOOKALIKES: Mapping[str, str] = MappingProxyType(
    {line[at]: line[at + 1] for line in _PAIRS.split() for at in range(0, len(line) - 1, 2)}
)
"""The Latin letter by the character that looks like it."""

TURNED: Mapping[str, str] = MappingProxyType(
    dict(zip("ɐqɔpǝɟƃɓɥᴉıɾʞןꞁɯuodbɹsʇnʌʍxʎz", "abcdefgghiijkllmnopqrstuvwxyz", strict=True))
)
"""The Latin letter by the character that looks like it turned upside down; such a text reads from its end."""

MARKED_TURNED = frozenset("ɐɔǝɟƃɥᴉɾʞןꞁɯɹʇʌʍʎ")
"""Those of them that are no letters of ordinary text."""
