"""Small words that betray a language in a post too short for letter statistics.

A word that several of these languages share stands under each of them, so that it decides nothing between them.
"""

from __future__ import annotations

from collections.abc import Iterable

_LISTS = {
    "en": "the a and or of to in is are was were be been am i you he she it we they me him her them my your his our "
    "their this that these those what who why how when where not no yes do does don't dont can't cant i'm im you're "
    "it's its with for from at on by as but if so all just like have has had will would should could people shut up "
    "ok okay lol thanks please love hate get got go good bad ur wtf omg fuck fucking shit bitch bitches ass hoe hoes "
    "bro dumb man hello",
    "es": "el la los las un una y o de en es son era ser soy yo tu él ella nosotros que qué no sí por para con como "
    "pero si más muy todo esta este eso esto mi su me te se lo le del al hola gracias odio gente",
    "fr": "le la les un une des et ou de du en est sont était être je tu il elle nous vous ils que qui ne pas oui non "
    "pour avec dans sur ce cette ça mais si plus très tout mon ton son me te se c'est j'ai au aux merci bonjour hais",
    "de": "der die das ein eine und oder von zu in ist sind war sein ich du er sie es wir ihr nicht nein ja mit für "
    "auf aber wenn so alle wie was wer den dem des im am bin bist hat habe haben kein keine danke hallo hasse mich",
    "it": "il lo la i gli le un una e o di a in è sono era essere io tu lui lei noi voi che chi non sì no per con "
    "come ma se più molto tutto questo questa mi ti si del della al ciao grazie odio gente",
    "pt": "o a os as um uma e ou de em é são era ser eu tu você ele ela nós que não sim por para com como mas se mais "
    "muito tudo este esta isso me te do da dos das no na ao olá obrigado odeio gente",
    "nl": "de het een en of van te in is zijn was ik jij je hij zij wij niet nee ja met voor op maar als zo alle wat "
    "wie hoe dat dit die deze mijn heb heeft hebben geen ook aan er haat dank hallo",
    "pl": "i w na z do to jest są był być ja ty on ona my nie tak że co kto jak dla ale się o po za ten ta te mi mnie "
    "jego nienawidzę ludzi dziękuję",
    "sv": "och att det en ett i på är som för av med han hon jag du inte ja nej den de till om men så vad hej tack",
    "tr": "ve bir bu şu ne de da için ile ben sen o biz siz var yok değil evet hayır çok gibi ama merhaba",
    "id": "yang dan di ini itu dengan untuk tidak dari ke aku saya kamu dia ada apa bukan ya juga akan",
}
_NAMES = tuple(_LISTS)
_LANGUAGES_OF: dict[str, tuple[int, ...]] = {}  # a word -> the places in _NAMES of the languages that have it
for _place, _words in enumerate(_LISTS.values()):
    for _word in sorted(set(_words.split())):
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _place)


def vote(words: Iterable[str], *, lead: int = 1) -> str | None:
    """The language with the most function words among `words`.

    Args:
        words: the words of a post, in lower case, repeats included.
        lead: how many votes it must have more than any other language, 1 or more.

    Returns:
        The language, or None when no word is known or the lead is smaller.
    """
    votes = [0] * len(_NAMES)
    for word in words:
        for language in _LANGUAGES_OF.get(word, ()):
            votes[language] += 1
    best = max(votes)
    leader = votes.index(best)
    votes[leader] = 0
    return _NAMES[leader] if best - max(votes) >= lead else None
