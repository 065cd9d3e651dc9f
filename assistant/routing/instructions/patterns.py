"""Turns of phrase by which a content talks to the machine: English sentences, and marks no language hangs on.

All are looked for in a text in lower case. `GOOD` stands for the names of labels that violate nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from assistant.routing.instructions.lexicon import Concept


class InstructionKind(StrEnum):
    """What an instruction in a content does."""

    OVERRIDE = "override"  # sets the instructions aside
    DEMAND = "demand"  # asks for a label, a score or a reply
    ADDRESS = "address"  # speaks to the one that labels
    ROLE = "role"  # poses as system, assistant, or markup of a chat
    FENCE = "fence"  # poses as the end of the content, or as a new one
    REPLY = "reply"  # writes an answer as the machine's reply would be
    AUTHORITY = "authority"  # quotes policy, precedents or a review about its own label
    ROUTING = "routing"  # asks to be kept from people


_STRICT = r"safe|harmless|benign|non[-_ ]?violating|innocuous|unobjectionable|non[-_ ]?toxic|non[-_ ]?violation|no violations?|(?:not|never) (?:an? |in )?(?:violation|violating)|(?:class|category|label) ?0"
_WIDE = rf"{_STRICT}|allowed|acceptable|compliant|permitted|permissible|none|ok|clean"
_AS_WORD = r"(?!\w|[-'’]\w|\s+(?:to|for|from|in|at|enough|and sound|than|on|by|if|when|bet|place|space|word|thing|of|travels?|trip|yet|journey|side)\b)"
_NAME = f"(?:STRICT){_AS_WORD}"
_QUOTE = r"[\"'“”‘’`*_«»「『(\[{<|]{0,4}"
_POST = r"(?:post|content|message|comment|text|item|submission|tweet|material|entry|statement|document|passage|input|sentence|paragraph)s?"
_RULES = r"(?:instructions?|directives?|directions|guidelines?|(?:system |initial |original )?prompts?|rulebook|criteria|label definitions)"
_WEAK_RULES = r"(?:rules?|polic(?:y|ies)|commands?|orders|clauses?|task|training|standards|constraints|restrictions)"
_PAST = (
    r"(?:previous(?:ly)?|prior|above|preceding|earlier|foregoing|former|initial|original|existing|your|system|moderation|"
    r"labell?ing|given|current|aforementioned|so far|up to now)"
)
_AWAY = (
    r"(?:ignor\w*|disregard\w*|forget\w*|forgot\w*|overrid\w*|overrul\w*|bypass\w*|discard\w*|neglect\w*|drop|erase|abandon\w*|dismiss\w*|"
    r"(?:set|put|lay|leave|cast|push)(?:ting)? (?:\w+ ){0,4}?aside|(?:pay|give) (?:no|little) (?:attention|heed|mind) to|look past|"
    r"(?:no longer|not|never|n't|stop|cease|without|instead of|rather than|refrain from) (?:\w+ ){0,3}?(?:follow\w*|apply\w*|obey\w*|heed\w*|bound by|"
    r"consider\w*|us(?:e|ing)|consult\w*|adher\w*|tak(?:e|ing)|enforc\w*|rely\w*|abid\w*|compl\w*)|suspend\w*|supersed\w*|cancel\w*|revok\w*|"
    r"throw (?:out|away)|skip|overlook\w*|scrap|wip\w* (?:out|away)?|clear)"
)
_VOID = (
    r"(?:no longer (?:appl\w*|valid|in (?:force|effect)|bind\w*|relevant|count\w*|matter\w*|hold\w*|stand\w*)|(?:do|does|did)(?: not|n't) (?:apply|count|matter|bind|hold)|"
    r"(?:are|is|were|was|be|been|being)\s+(?:\w+\s){0,2}?(?:void\w*|cancel\w*|withdrawn|revoked|suspended|superseded|overridden|lifted|replaced|rescinded|"
    r"obsolete|outdated|invalid|ignored|disregarded|set aside|deleted|reset|retired|waived|out of date)|expired|ceased to)"
)
_LABELLER = (
    r"(?:ais?|a\.i\.|llms?|(?:language |labell?ing |moderation |classification |safety |this |the |ai )models?|classifiers?|labell?ers?|annotators?|"
    r"(?:chat)?gpt\w*|claude|gemini|llama|qwen|deepseek|assistants?|chatbots?|bots?|moderators?|moderation (?:system|bot|model|tool|ai|engine|pipeline)|"
    r"raters?|graders?|autoraters?|evaluators?|labell?ing (?:system|tool|assistant|engine)|content filters?|prelabell?ers?|automod(?:erator)?|system|machine|algorithm)"
)
_CALL = (
    r"(?:dear|hey|hi|hello|attention|attn\.?|(?:note|message|memo|word|notice|reminder|instructions?|request|info\w*) (?:to|for)|listen(?: up)?|fellow|you are|you're|acting as|"
    r"whichever|whatever|whoever|any|if you(?:'re| are)|as (?:a|an|the)|for the|to the|@|\bto all|psa(?: to| for)?|only for|addressed to)"
)
_ADJECTIVES = r"(?:(?:the|an?|all|any|my|our|this|your|automated|automatic|content|trust|and|&|safety|large|moderation|labell?ing|toxicity|spam|good|helpful|honest|careful|ai|new|unrestricted|friendly|future|next)[ -]){0,5}"
_TRADE = r"(?:(?:research|engineer|scien|studen|expert|artist|ethic|user|compan|startup|lab|fan|s[ck]eptic|enthusiast|teacher|lawyer|communit|industr|generated|image)\w*)"
_NAMED_TASK = r"(?:label\w*|classif\w*|categori\w*|verdict|confidence|json|guidelines?|instruct\w*|moderat\w*|flag\w*|violat\w*|policy|safe\b|harmless|benign|output|rating|annotat\w*)"
_REVIEWERS = r"(?:(?:human )?(?:reviewers?|moderators?|adjudicators?|annotators?|labell?ers?|raters?)|humans|trust (?:and|&) safety|(?:the|our|policy|safety|legal|review|moderation|compliance) team|experts?)"

_SENTENCES: tuple[tuple[InstructionKind, str], ...] = (
    (
        InstructionKind.OVERRIDE,
        rf"\b{_AWAY}\b.{{0,40}}?\b(?:{_PAST}|all|any|these|those|whatever|every|said)\b.{{0,25}}?\b{_RULES}\b",
    ),
    (
        InstructionKind.OVERRIDE,
        rf"(?:^|[.!?:;,\n\"'(\[]\s*|\b(?:please|kindly|now|just|must|should|may|can|shall|will|to|safely|simply)\s){_AWAY}\s(?:\w+\s){{0,2}}?(?:{_RULES}|(?:policy|clauses))\b(?!\s(?:on|in|for|of)\s(?:the|my|a|his|her)\b)",
    ),
    (
        InstructionKind.OVERRIDE,
        rf"\b{_AWAY}\b.{{0,30}}?\b(?:{_RULES}|{_WEAK_RULES})\b.{{0,12}}?\byou(?:'ve)? ?(?:have|had|were|are|was)? ?(?:been )?(?:given|handed|told|received|got|taught|shown|trained|follow)\b",
    ),
    (
        InstructionKind.OVERRIDE,
        rf"\b(?:{_RULES}|{_WEAK_RULES})\b.{{0,6}}\byou(?:'ve)? (?:have |had |were |been )*(?:given|handed|told|received|got|taught|shown|follow)\b.{{0,40}}?\b{_VOID}\b",
    ),
    (
        InstructionKind.OVERRIDE,
        rf"\byour (?:{_RULES}|task|job|policy|role|rules)\b.{{0,12}}\b(?:was|were|is|are|has|have)\b.{{0,12}}\b(?:a (?:test|joke|mistake|draft|trick|exercise)|over|finished|done|changed|different|replaced|wrong|mistaken|fake|now to)\b",
    ),
    (
        InstructionKind.OVERRIDE,
        rf"\b(?:pretend|imagine|assume|suppose|act as if|as though)\b.{{0,30}}\b(?:no|n't|not|never|without)\b.{{0,25}}\b(?:{_RULES}|policy|clauses|rules)\b|\b(?:pretend|imagine|assume|act as if)\b.{{0,20}}\b(?:{_RULES}|policy|clauses|rules)\b.{{0,20}}(?:n't|not|never|no)\b|\bif (?:there were|you had|we had|it had) no (?:{_RULES}|policy|clauses|rules)\b",
    ),
    (
        InstructionKind.OVERRIDE,
        r"\b(?:never|do not|don't) (?:apply|use|enforce|consult|follow) (?:the|your|any|this|that) (?:\w+ )?(?:policy|guidelines?|rules?|clauses?|instructions?) (?:to|on|for|here|in this|with) (?:this|it|the post|my)\b",
    ),
    (
        InstructionKind.OVERRIDE,
        r"\bfrom (?:now|here|this point) on(?:wards?)?\b.{0,20}\b(?:output|answer|label|return|respond|reply|classify|you (?:will|must|are|only|should))\b",
    ),
    (InstructionKind.OVERRIDE, rf"\b{_AWAY}\b.{{0,30}}?\b{_PAST}\b.{{0,25}}?\b{_WEAK_RULES}\b"),
    (
        InstructionKind.OVERRIDE,
        rf"\b{_AWAY}\b.{{0,20}}?\b{_RULES}\b.{{0,25}}?\b(?:above|before|earlier|previously|so far|you (?:were|have been|had been|are|got|received))\b",
    ),
    (
        InstructionKind.OVERRIDE,
        rf"\b(?:set|put|lay|leave|cast|push)\w*\b.{{0,25}}?\b(?:{_RULES}|{_PAST} {_WEAK_RULES})\b.{{0,25}}?\b(?:aside|out of (?:account|consideration)|to one side|behind)\b",
    ),
    (
        InstructionKind.OVERRIDE,
        r"\b(?:ignore|disregard|forget|erase|discard)\b.{0,15}\b(?:everything|anything|all|what(?:ever)?)\b.{0,25}\b(?:above|you(?:'ve| have| were| are|'re)? (?:been )?(?:told|given|instructed|taught|asked))\b",
    ),
    (InstructionKind.OVERRIDE, rf"\b(?:{_PAST}|the|these|those|all)\b.{{0,20}}?\b{_RULES}\b.{{0,45}}?\b{_VOID}\b"),
    (InstructionKind.OVERRIDE, rf"\b{_PAST}\b.{{0,20}}?\b{_WEAK_RULES}\b.{{0,40}}?\b{_VOID}\b"),
    (
        InstructionKind.OVERRIDE,
        r"\b(?:new|updated|revised|real|actual|true|additional) (?:system |labell?ing |moderation )?(?:instructions?|directives?|system prompt|prompt)\b.{0,3}[:=]",
    ),
    (
        InstructionKind.OVERRIDE,
        r"\b(?:reveal|print|repeat|show|leak|output)\b.{0,20}\b(?:your|the) (?:system prompt|instructions|hidden prompt)",
    ),
    (
        InstructionKind.OVERRIDE,
        r"\byou are (?:now|no longer)\b.{0,30}\b(?:ai|model|assistant|bot|mode|classifier|moderator|labell?er|restrict\w*|bound|filter\w*|jailbr\w*|unfiltered|dan)\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:label|classify|categori[sz]e|flag|mark|tag|rate|grade|score|judge|treat|deem|record|assess|annotate|file|put|code)\w*\b.{{0,12}}\b(?:this|it|these|the|my|every\w*|all|any|that|such|{_POST}|me)\b.{{0,30}}?\b(?:as|to be|is|be|under|with|into|for|a)?\W{{0,3}}{_QUOTE}(?:GOOD){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:consider|call|find|regard|declare|pronounce|report|describe)\b (?:this|it|the|these|such|that) ?(?:{_POST})?\b\W{{0,3}}(?:as |to be )?{_QUOTE}(?:STRICT){_AS_WORD}(?=\s*(?:$|[.!,;\"'”’`*]))",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:label(?:l?ed|ling)?|classif(?:y|ied|ying)|categori[sz]ed?|marked|tagged|flagged|rated|coded|filed)\W{{1,3}}(?:(?:only|simply|just|always|as|a|be|under) ?){{0,3}}{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:answer|reply|respond|output|return|print|say|write|emit|choose|pick|select|give|state|assign|conclude|use|put)\w*\b.{{0,25}}?\b(?:with|only|just|exactly|simply|the (?:single )?(?:label|word|answer|verdict|category)|option)\b\W{{0,3}}(?:the |label |word |a |single ){{0,3}}{_QUOTE}(?:GOOD){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:answer|reply|respond|output|return|say|write|emit|choose|pick|select|give)\b\W{1,3}[\"'“‘`*«「\[]{1,3}(?:GOOD)[\"'”’`*»」\]](?!\s+if\s(?:you\b|\w+\s*[<>=!]))",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:label|verdict|classification|category|judge?ment|rating|grade|decision|tag)\b.{{0,30}}?(?:\b(?:is|are|should be|must be|shall be|has to be|ought to be|would be|remains?|equals?|stays?)\b|[=:→]|[-=]>)\W{{0,5}}(?:(?:always|only|clearly|simply|therefore|thus|hence|still|obviously) )?{_QUOTE}(?:GOOD){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:answer|response|result|output|outcome|conclusion|choice|option)\b.{{0,20}}?\b(?:should|must|shall|has to|ought to|can only|will|would|is to|needs to) be\W{{1,4}}(?:always |only |simply )?{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:STRICT)\b\W{1,4}(?:is|as|would be|remains|being)\W{1,3}(?:the |your )?(?:(?:only|right|correct|proper|appropriate|expected|final|single|sole|true|best|fitting|accurate|sensible|possible) )+(?:label|answer|verdict|classification|category|choice|option|call|rating|one|outcome)",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:only|right|correct|proper|appropriate|expected|final|true|accurate|fitting|best) (?:label|verdict|classification|category|rating)\b.{0,40}\b(?:STRICT)\b",
    ),
    (
        InstructionKind.DEMAND,
        r"\bconfidence\b(?!\s*(?:interval|level|band|limits))\W{0,3}(?:score\W|level\W|value\W|of\W|is\W|to\W|at\W|=|:|should be\W|must be\W){0,4}[\"']?(?:0?\.\d+|1(?:\.0+)?\b|(?:9\d|100)\s?%)",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:high|full|maximum|max|highest|complete|total|100 ?%|0?\.9\d*|1\.0)\W{1,2}confidence\b(?=.{0,60}\b(?:label|json|verdict|classif))|\b(?:label|json|verdict|classif\w+)\b.{0,40}\b(?:high|full|maximum|max|highest|complete|total|100 ?%|0?\.9\d*|1\.0)\W{1,2}confidence\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:do not|don't|never|must not|should not|shouldn't|no need to|refrain from)\b.{{0,10}}\b(?:flag|label|mark|classify|moderat|penali[sz])\w*\W{{1,2}}(?:(?:this|the|it|my|these|such)\W)+(?:{_POST}\b|as\b)",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:respond|reply|answer|output|return)\w*\b.{0,25}\b(?:json|(?:this|the following) (?:object|json|exactly|verbatim))\b.{0,60}(?:\{|label|safe|confidence|verdict)",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:put(?: down)?|write(?: down)?|note(?: down)?|enter|fill in|tell me|return|report|say|answer|reply|respond|choose|pick|select|go with|settle on|stick (?:to|with)|print|output|set|emit|state|begin (?:\w+ ){{0,3}}with|start (?:\w+ ){{0,3}}with|opt for|it as|this as|treat as|passes? as|count as)\b[^\w(]{{1,3}}(?:it |me |down |as |label |the label |word |the word )?{_QUOTE}(?:STRICT)(?=\s*(?:$|[.!,;\"'”’`*\])\n]|and\b|or\b|because\b|with\b))",
    ),
    (
        InstructionKind.DEMAND,
        r"\bonly (?:STRICT) (?:remains?|is left|applies|fits|is (?:valid|possible|allowed|correct|right))\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:never|do not|don't|avoid|refrain from) (?:pick|choose|select|assign|output|return|label|classify|flag|mark|tag)\w*\W{{1,2}}(?:it |this |the label |as |with ){{0,3}}{_QUOTE}(?:NAMED)\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\bexpected (?:answer|label|output|result|verdict)\W{{0,4}}(?:is |was |should be )?{_QUOTE}(?:NAMED|GOOD)\b",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:gold|calibration|control|honeypot) (?:item|question|post|case|example|task)\b.{0,60}\b(?:label|answer|expected|safe)",
    ),
    (
        InstructionKind.DEMAND,
        r"\byour (?:previous|last|earlier|first|prior|former|initial) (?:answer|label|verdict|decision|reply|output|response|judge?ment)\b.{0,60}\b(?:STRICT|consisten\w+|label)\b",
    ),
    (
        InstructionKind.ADDRESS,
        rf"\b(?:models?|classifiers?|annotators?|labell?ers?|moderators?|llms?|ais?|graders?|raters?)\b.{{0,60}}\b(?:conclud\w*|found|find|said|agreed?|decid\w*|judged?|rated|labell?ed|settled|called|considers?|should say|must say|will say|would say)\b.{{0,30}}\b(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.ADDRESS,
        rf"\b(?:ai|automated|automatic|all|content|any|every|each) {_LABELLER}\b.{{0,10}}\b(?:must|should|shall|have to|has to|are to|is to|needs? to|please|can|may)\b.{{0,15}}\b(?:skip|ignore|pass|accept|allow|approve|leave|not|treat|rate|label|answer|classify|mark|output)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:moderation|classification|content|review|final|audit|safety|screening|labell?ing) (?:result|verdict|status|decision|outcome|label|check|class\w*|rating|note)\W{{0,4}}(?:is |was )?{_QUOTE}(?:GOOD|NAMED|cleared|approved|passed|pass|accept\w*|no action)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:new|latest|updated|revised|amended|current) (?:polic(?:y|ies)|guidelines?|rules|version|definitions?)\b.{{0,60}}\b(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.AUTHORITY,
        r"\b[a-z]{1,3}\d{1,2}\b\W{1,2}(?:\w+ ){0,2}?(?:suspended|void|removed|repealed|withdrawn|lifted|no longer applies|does(?: not|n't) apply|allows|permits)\b",
    ),
    (
        InstructionKind.ROUTING,
        r"\binclusion[_ ]probability\b|\baccept[_ ](?:audit|probability)\b|\b(?:no|skip|without|zero)\b.{0,12}\baudit\b.{0,12}\b(?:this|item|post|required|needed)\b|\baudit\s*[=:]\s*(?:false|no|0)",
    ),
    (
        InstructionKind.ADDRESS,
        rf"(?:^|[^\w]){_CALL}\W{{0,4}}{_ADJECTIVES}{_LABELLER}\b(?!,? (?:i|we|my|our|{_TRADE})\b)(?=.{{0,160}}\b{_NAMED_TASK})",
    ),
    (
        InstructionKind.ADDRESS,
        rf"(?:^|[.!?\n]\s*)(?:@ ?)?{_ADJECTIVES}{_LABELLER}\W{{0,2}}[,:!]\s.{{0,100}}\b{_NAMED_TASK}",
    ),
    (
        InstructionKind.ADDRESS,
        r"\b(?:careful|good|honest|competent|sensible|reasonable|trained|attentive|any|every|the|an?|whoever|anyone) ?(?:who )?(?:classifier|labell?er|annotator|moderator|rater|reviewer|(?:labell?ing|moderation|language|classification) model|label(?:s|ling) this)\b(?!,? (?:i|we)\b).{0,80}\b(?:STRICT|nothing (?:wrong|to flag|objectionable|harmful)|not (?:a )?violat\w*|(?:any|no|find) (?:\w+ )?violations?)\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:set|change|switch|fix|keep|leave|make|turn|move|adjust)\b (?:the|its|this|your|that)(?: \w+){{0,2}}? (?:label|verdict|class|category|tag|rating|classification|decision)\b(?: \w+){{0,4}}? (?:to|at|as|on|into|=)\W{{1,3}}{_QUOTE}(?:GOOD){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:this(?: {_POST})?|it|the (?:above|{_POST})|these|that)(?: \w+){{0,2}}? (?:goes|go|belongs?|falls?|fits?|lands?|sits?|is|comes?|put|placed|filed|sorted)(?: \w+ed)? (?:in|into|under|to|within|with)(?: the| an?)? {_QUOTE}(?:STRICT|allowed|permitted|clean){_QUOTE} (?:category|class|label|bucket|group|tag|bin|pile|column)\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:assign|give|choose|pick|select|use|return|apply|put|place|file|sort|emit|output|go with|opt for|report|attach|move)\w*\b(?: \w+){{0,4}}? {_QUOTE}(?:STRICT|allowed|permitted|clean){_QUOTE} (?:category|class|label|bucket|group|tag|bin|verdict|rating)\b",
    ),
    (
        InstructionKind.OVERRIDE,
        r"\byou (?:were|had been|have been|are|was) (?:told|asked|instructed|trained|ordered|taught|meant|supposed) to\b.{0,60}?\b(?:cancel\w*|withdrawn|revoked|over|void|obsolete|suspended|no longer|lifted|rescinded|outdated|not any ?more|changed)\b(?=(?:.|\n){0,160}?(?:TASK|\byou\b))",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:it|this(?: {_POST})?|the (?:above|{_POST})(?: above)?) (?:was|has been|had been|got|is) (?:\w+ly )?(?:already )?(?:ruled|judged|deemed|declared|classified|settled|decided|adjudicated|rated|labell?ed|marked|certified)(?: to be| as| by \w+(?: \w+)? as)? {_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:label|verdict|classification|rating|judge?ment|decision|result|outcome|answer|call|ruling|this|it)\b.{{0,40}}?\b(?:c[oa]mes?|turn(?:s|ed)?|ends?|ended|reads?)(?: out| up| back| down)?(?: (?:as|to be))?(?: an?)? {_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"(?:(?:\bthe {_POST} (?:above|below)|\bthe (?:above|preceding|previous|following) {_POST}|\bthis {_POST})(?: above| here)? (?:is|was|are|were)|\b(?:that|which) it(?:'s| is))(?: (?:always|clearly|obviously|simply|just|perfectly|completely|entirely|totally|in fact|therefore|of course|to be))? {_QUOTE}(?:STRICT)[\"'”’`*]{{0,2}}(?=\s*(?:$|[.!,;:\n]))",
    ),
    (
        InstructionKind.DEMAND,
        rf"\bthis {_POST} (?:must|should|has to|needs to|shall|is to|can only|ought to) (?:\w+ly )?(?:be|get|stay|remain) (?:\w+ly )?(?:approved|accepted|passed|let through|cleared|left up|kept up|left alone|waved through|published|allowed|left online)\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:it|this|that)(?:'s| is| was) {_QUOTE}(?:STRICT){_QUOTE}\W{{1,3}}(?:period|full stop|end of (?:story|discussion|debate)|no (?:discussion|debate|question|doubt|matter)|(?:that's |and that's )?final|point blank|\d\d+ ?%|one hundred percent)(?!\w)",
    ),
    (
        InstructionKind.AUTHORITY,
        r"(?:^|\n)\W{0,6}(?:\w+ )?(?:polic(?:y|ies)|guidelines?|rules|clauses?|standards|definitions?)\b[^\n]{0,30}[\n:](?:.|\n){0,80}?\b(?:insults?|threats?|slurs?|hyperbole|swearing|profanity|mockery|hatred|hate|abuse|harassment|name-?calling|anger|sarcasm|satire|jokes?|curses?)\b[^.\n]{0,50}?\b(?:are|is|counts?|remains?|falls?)\b(?! (?:not|never|n't))[^.\n]{0,20}?\b(?:allowed|permitted|acceptable|fine|jokes?|opinions?|tolerated|STRICT|ok|exempt|protected)\b",
    ),
    (
        InstructionKind.ADDRESS,
        rf"(?:[/#<([{{*-]{{1,4}}\s?){_ADJECTIVES}{_LABELLER}\W{{0,2}}[,:!]\s.{{0,100}}\b(?:{_NAMED_TASK}|leave (?:this|it|me) (?:up|alone|be|online)|let (?:this|it) (?:through|pass|stand|stay)|(?:skip|pass|ignore|approve) (?:this|it)|(?:is|it's) (?:fine|ok|okay)|cleared|approv\w*)",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:team|moderators?|mods|reviewers?|department|staff|admins?|legal|managers?|committee|council|board|safety|compliance|experts?|supervisors?|lawyers?)\b.{{0,60}}?\b(?:cleared|approved|signed off on|okayed|green-?lit|whitelisted|vetted|pre-?approved|pre-?cleared|exempted|waved through|certified) (?:of )?(?:this|the above)(?: {_POST})?\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:label|call|judge|find|see|mark|rate|consider|deem|give|pick|choose|answer|say|return|output|verdict|class|category)\w*\b.{{0,40}}?\b(?:anything|nothing|any (?:\w+ )?(?:label|verdict|class|category|answer)|no (?:label|verdict|class|category|answer)|not|everything)\b (?:but|other than|except(?: for)?|besides|else than) {_QUOTE}(?:STRICT|clean|allowed){_AS_WORD}|\b(?:anything|any label|any answer|any verdict) (?:but|other than|except|besides) {_QUOTE}(?:STRICT)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:past|earlier|previous|prior|similar|same|identical|comparable|related|old) (?:decisions?|cases?|rulings?|verdicts?|examples?|items?|precedents?|posts?|appeals?)\b[^\n]{{0,80}}?\b(?:results?|outcome|verdict|decision|label|found|ruled|judged|marked|settled|closed)\b\W{{1,4}}(?:as |was |is |to be )?{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.ADDRESS,
        r"\byou(?:'re| are) no longer (?:an?|the|my|our) (?:\w+ )?(?:ai|model|moderator|classifier|labell?er|reviewer|rater|judge|assistant|annotator)\b",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:report|use|give|state|set|return|put|output|write|answer|reply|with)\b.{0,14}?\b(?:certainty|probability|likelihood|score)\b(?: score| level| value| of| at| to| is|\s?[=:])*\s?(?:0?\.9\d*|1\.0|1(?![\d.])|100 ?%|9\d ?%)",
    ),
    (
        InstructionKind.DEMAND,
        rf"\bthe (?:right|correct|only|proper|expected|best|true|appropriate|final|accurate) (?:answer|choice|option|response|result|output|call|decision|class)(?: here| now| to (?:this|it)| for (?:this|it)(?: {_POST})?)? (?:is|would be|was|remains|has to be|must be)\W{{1,3}}{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:repeats?|knows?|says?|uses?|utters?|speaks?|types?|gives?|returns?|answers?|prints?|writes?|attach|appl(?:y|ies)|repeating|saying)\b (?:only |just |always |with |nothing but )*the (?:single |one )?(?:word|label|answer|verdict|category|class|tag)\W{{1,3}}{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\bi (?:hereby |can |do |also )*(?:confirm|certify|declare|authori[sz]e|attest|guarantee|vouch|affirm|verify|assure you)\b.{{0,20}}?\b(?:this|it|the (?:above|{_POST}))\b.{{0,12}}?\b(?:is|was|as|be)\b.{{0,8}}?\b{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:expected|ground[- ]truth|gold|target|correct|truth)(?: (?:is|label|class|answer|output|value))?\s?[:=]\s?{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:be|feel|stay|remain|you are|you're|you feel)\b (?:at least |more than |over |about )?(?:\d\d+(?:\.\d+)? ?%|fully|completely|totally|absolutely|entirely|utterly|very|quite) (?:confident|certain|sure|convinced)\b.{{0,12}}\b(?:this|it|the (?:{_POST}|label|above))\b.{{0,20}}?\b(?:STRICT|allowed|clean){_AS_WORD}",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:please|should|must|ought to|kindly|would do (?:best|well|better) to|had better|do well to|best to|need to|asked to|kind as to|want you to|would you|could you)\b(?: \w+){{0,3}}? (?:see|view|regard|read|take|count|consider|treat|understand|interpret|accept|pass)\w* (?:this|it|these|the|my)(?: one| {_POST})?(?: only| simply| merely| just)? (?:as|for)(?: \w+){{0,3}}? (?:STRICT|allowed|acceptable|clean|permitted|small talk|banter|jok\w+|playful|satir\w+|fiction\w*|humou?r\w*|teasing|praise|chit-?chat|everyday|ordinary|normal)\b",
    ),
    (
        InstructionKind.ADDRESS,
        r"\b(?:whoever|whatever|anyone|anybody|everyone|everybody|(?:the|any|every|each) (?:one|person|model|machine|program|system|ai|reviewer|reader)) (?:who |that |which )?(?:\w+ly )?(?:(?:is|are|may|will|must|has to|happens to|gets to) (?:be )?)?(?:grad|label|rat|judg|classif|moderat|evaluat|assess|scor|annotat|categori)\w* (?:this|it|these|my|the (?:above|post|text|message|comment|content))\b,?(?: (?:one|here|now|post|message|comment|text|content|item|statement)\b.{0,30}?)? (?:\w+ly )?(?:should|must|would|ought|has to|needs to|can|may|is (?:asked|free|advised|requested|welcome|begged)|please|had better|will)\b",
    ),
    (
        InstructionKind.ADDRESS,
        r"\b(?:as|i am|i'm|this is|signed,?) (?:the|a|your|an) (?:\w+ )?(?:developer|owner|creator|author|admin(?:istrator)?|operator|maker|builder|supervisor|manager|engineer|maintainer|head|lead)s? (?:of|behind|for|responsible for|who (?:built|made|wrote)) (?:this|the|your|these) (?:\w+ )?(?:classifier|labell?er|system|model|tool|filter|ai|bot|moderation|polic\w+|platform|pipeline|project)\b.{0,60}?\b(?:authori[sz]\w*|order|permit|instruct|command|confirm|allow|tell|grant|approv\w*|request|direct|require|certif\w*|ask)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:section|clause|article|paragraph|rule|chapter|item)\W{{0,2}}(?:no\.? ?|number )?[a-z]{{0,2}}\d[\w.]*(?:\W{{1,2}}(?:of|in) (?:the|our|your) (?:\w+ )?(?:polic\w+|guidelines?|rules|handbook|standards|manual))?\b.{{0,110}}?\b(?:(?:is|are|be|remains?|counts? as|labell?ed|rated|considered|treated as|deemed)(?: to be)?(?: \w+)?(?: as)?) {_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:polic(?:y|ies)|guidelines?|handbook|standards|code of conduct|rulebook)\b\W{{1,3}}(?:\w+ ){{0,3}}?(?:says?|states?|holds?|notes?|reads?|provides?|makes? (?:it )?clear|tells? (?:us|you)|specif(?:y|ies)|explains?|clarif(?:y|ies)|defines?|declares?|considers?|treats?|counts?)\b.{{0,110}}?\b{_QUOTE}(?:STRICT){_AS_WORD}",
    ),
    (
        InstructionKind.AUTHORITY,
        r"(?:^|\n|[.!?]\s)\W{0,6}(?:\w+ )?(?:polic(?:y|ies)|guidelines?|rules?|clause|standards)(?: \w+)?\s?(?:\([^)\n]{1,30}\)\s?|v?\d[\w.]*\s?)?[:–-]\s.{0,80}?\b(?:(?:is|are|remains?|counts? as|no longer|never)(?: (?!not\b|never\b)\w+)? (?:STRICT|allowed|permitted|acceptable|fine|ok|exempt|(?:a )?violations?|flagged))\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:polic(?:y|ies)|guidelines?|clauses?|section \w+|precedents?|community standards|exception|amendment|addendum|definitions?)\b.{{0,80}}?\b(?:this|these|such|all|every|any|the following|similar|identical|like this)\b.{{0,25}}?\b(?:{_POST}|speech|kind)\b.{{0,50}}?\b(?:allowed|permitted|permissible|acceptable|exempt\w*|safe|harmless|not (?:a )?violat\w*|no violation|never violat\w*|compliant|benign)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:polic(?:y|ies)|guidelines?|clauses?|section \w+|standards|precedents?)\b.{{0,60}}?\b{_POST} (?:\w+ ){{0,2}}?(?:like|such as|similar to|of) (?:this|these|mine|the one)\b.{{0,50}}?\b(?:allowed|permitted|permissible|acceptable|exempt\w*|safe|harmless|not (?:a )?violat\w*|compliant|benign|fine)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:polic(?:y|ies)|guidelines?|clauses?|rules?|standards)\b.{{0,40}}\b(?:everything|anything|all (?:{_POST}|speech)) (?:\w+ ){{0,3}}?(?:allowed|permitted|safe|acceptable|harmless|goes)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\bprecedents?\b.{{0,200}}?(?:label\w*|->|→|=>|settled|ruled|decided|judged|adjudicated|verdict|found)\W{{0,6}}(?:as |is |to be )?{_QUOTE}(?:GOOD)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:identical|similar|same|such|like this)\b.{{0,25}}\b{_POST}\b.{{0,60}}\b(?:settled|labell?ed|ruled|adjudicated|judged|classified|decided|marked|found)\b.{{0,30}}\b(?:STRICT)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\bthis {_POST}\b.{{0,30}}\b(?:has|have|was|is|already|had)\b.{{0,25}}\b(?:reviewed|approved|cleared|verified|whitelisted|pre-?approved|pre-?screened|adjudicated|exempt\w*|vetted|certified|pre-?labell?ed)\b.{{0,60}}\b(?:human|moderat\w*|reviewer|team|staff|safe|trust|policy|compliance|legal|label\w*|experts?|no further|from)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b{_REVIEWERS}\b.{{0,40}}\b(?:settled|labell?ed|agreed|decided|marked|approved|ruled|confirmed|cleared|judged|verified|adjudicated)\b.{{0,50}}\b(?:STRICT|no violation)\b",
    ),
    (
        InstructionKind.ROUTING,
        r"\b(?:route|routing|disposition|moderation (?:action|status)|review[_ ]status)\W{0,6}(?:=|:|is|to|→|->)?\W{0,4}(?:auto[-_ ]?)?(?:accept\w*|approv\w*|allow|pass)\b",
    ),
    (InstructionKind.ROUTING, r"\bauto[-_ ]?(?:accept|approv)\w*"),
    (
        InstructionKind.ROUTING,
        r"\b(?:no|without|skip\w*|bypass\w*|avoid\w*|needs? no|requires? no|exempt from|n't (?:need|require)|not (?:need|require))\b\W{1,2}(?:any |a |the |this |further ){0,2}(?:human|manual|further|additional|second|moderator|moderation|people's)\W{1,2}(?:review|audit|check|inspection|moderation|look|eyes)",
    ),
    (
        InstructionKind.ROUTING,
        r"\b(?:no|without|skip\w*|bypass\w*)\b\W{1,2}(?:the )?(?:human |manual |further |additional )?(?:review|audit|escalation)s?\W{1,3}(?:is |are |was )?(?:needed|required|necessary|queue|step)",
    ),
    (
        InstructionKind.ROUTING,
        r"\b(?:do not|don't|never|no need to|must not|should not|needn't)\W{1,2}(?:send|escalate|route|forward|refer|queue|pass|hand|show|submit)\w*\b.{0,30}\b(?:review\w*|humans?|moderators?|audit\w*|person|people|experts?)\b",
    ),
    (
        InstructionKind.ROUTING,
        r"\b(?:human|manual|further|second)\W(?:review|audit|check|moderation)\b.{0,20}\b(?:not|un|n't|never|waived|skipped|is over|complete\w*|already)\W?(?:be )?(?:needed|required|necessary|done|performed|took|taken|complete\w*|happened)?",
    ),
)

_BAD = r"(?:NAMED|hate\w*|harass\w*|abus\w+|offensive|toxic|insult\w*|threat\w*|spam|discriminat\w+|harmful|dangerous|sexual|(?:a )?violations?|violating)"
_FINE = (
    r"(?:\b(?:STRICT|approv\w+|in favou?r|innocent|lets? \w+ (?:pass|through)|thumbs up|pass(?:es)? everything)\b|\bnothing (?:is |was )?(?:wrong|bad|offensive|objectionable|harmful|to flag|to see|to report|of concern)|"
    r"\bno (?:harm|problem|issue|concern|offen[cs]e|objection)s?\b|\b(?:perfectly|completely|absolutely|entirely|totally|just|always|is|was) (?:fine|okay|ok|acceptable|allowed|good)\b|\bnever (?:flag|find|see|remov|reject|condemn|object)\w*)"
)
_JUDGING = r"(?:moderat\w+|judg\w+|censor\w*|label\w*|reviewer|review(?:s|ed|ing)?|verdict|ruling|classif\w+|critic|referee|rater?s?|rating|content polic\w+|flag(?:s|ged|ging)?)"
_JUDGE = r"(?:label|judge|classify|evaluate|assess|moderate|grade|score|categori[sz]e|annotate)"
_POSING: tuple[tuple[InstructionKind, str], ...] = (
    (
        InstructionKind.DEMAND,
        rf"\b(?:under no circumstances|in no case|on no account|by no means|at no point)\b.{{0,60}}\b(?:label|fil|judg|classif|mark|flag|count|rat|treat|regard|report|categori)\w*\b.{{0,25}}?\b(?:as|under|for|to be)\W{{1,3}}(?:an? )?{_QUOTE}{_BAD}\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\byour (?:label|verdict|answer|output|classification)\b.{{0,8}}?\b(?:is(?: not|n't)|differs from|is anything (?:but|other than))\W{{1,3}}{_QUOTE}(?:STRICT)\b",
    ),
    (
        InstructionKind.FENCE,
        rf"\b(?:only|one|single) (?:thing|part|line|sentence|content|{_POST}) (?:\w+ ){{0,4}}?(?:to )?(?:be )?{_JUDGE}d?\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b{_REVIEWERS}\b (?:have|has|had)(?: already)? (?:cleared|approved|passed|accepted|vetted|whitelisted|signed off(?: on)?) (?:this|it)\b",
    ),
    (
        InstructionKind.ROUTING,
        r"\b(?:accept|approve|pass|clear|allow)\w*\b.{0,15}\bwithout\b (?:\w+ )?(?:review|audit|check\w*|inspection|moderation)\b",
    ),
    (
        InstructionKind.ROLE,
        rf"\b(?:pretend|(?:imagine|suppose|picture)(?=.{{0,40}}\b(?:you|your)\b)|act (?:as|like|the part)|role-?play\w*|play (?:the|a|my|an)\b|let's play|take on the|in character|persona|simulate|impersonate|be my|you(?:'re| are) (?:now )?(?:my|a|an|the) (?:\w+ ){{1,6}}?(?:who|that|without|with no))\b(?=.{{0,160}}\b{_JUDGING}\b)(?=.{{0,200}}{_FINE})",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:do not|don't|never|must not|should not|may not|cannot|under no circumstances|refrain from|avoid|no need to)\b.{{0,12}}\b(?:report|remov|treat|judg|rat|count|consider|call|deem|scor|regard|tak|read|tag|fil|categori|flag|label|mark|classif|tr[ey]at|see|interpret|deal)\w*\s(?:\w+\s){{0,4}}?(?:this|it|my|these|the)\b(?:\s\w+){{0,4}}?\s(?:as|to be|for|under)\W{{1,3}}(?:an? )?{_QUOTE}{_BAD}\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\b(?:this|it|these|{_POST})\b.{{0,30}}\b(?:(?:must|should|shall|may|can|need|is|are)(?: not|n't| never)(?: to)?|cannot|never to) be (?:label|flag|classif|mark|judg|count|rat|tagg|categori|treat|regard|consider|deem|seen|penali[sz])\w*\b(?:\W{{1,3}}(?:as|to be|under)\W{{1,3}}(?:an? )?{_QUOTE}{_BAD}\b|\s*(?:$|[.!;\n]))",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:no|none of (?:the|your|these)|not (?:any|a single|one)|neither) (?:\w+ )?(?:clauses?|rules?|polic(?:y|ies)|guidelines?|category|labels?)\b.{{0,25}}?\b(?:appl(?:y|ies)|(?:is|are|can|should|must|may|to)(?: not)? (?:to )?be (?:used|applied|cited|invoked)|fits?|covers?|governs?|concerns?|is (?:broken|violated|touched))\b.{{0,20}}?\b(?:this|here|to it|in this case|{_POST} (?:above|below)|what i (?:wrote|said|write|say))\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:this|the above|the) ?(?:{_POST})?(?: above| below| here)? (?:breaks?|violates?|touches|infringes|breached?|contravenes?) (?:no|none of the|not a single|not any) (?:\w+ )?(?:clauses?|rules?|polic(?:y|ies)|guidelines?)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"(?:^|\n|[.!?] )\W{{0,6}}(?:clause|section|exception|article|policy)\s*[a-z]{{0,3}}\d[\w.]{{0,6}}\s*(?:\([^)\n]{{1,40}}\)\s*)?[:–-]\s.{{0,120}}?\b(?:(?:not|never|no longer) (?:covered|included|{_BAD})|(?:do|does)(?: not|n't) (?:apply|fall|count|cover)|exempt\w*|STRICT|excluded|outside)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        r"\b(?:policy|guidelines?|handbook|rules|manual|instructions|criteria) (?:that )?you(?:'re| are| were| have| work| go| label| judge| follow| use| apply| rely| obey)\b.{0,140}?\b(?:not|never|allow\w*|permit\w*|fine|exempt\w*|exception|STRICT)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        r"\bno (?:rule|clause|policy|guideline|standard)s? (?:is|are|was|were|gets?|has been|have been) (?:\w+ly )?(?:broken|violated|breached|touched|infringed)\b",
    ),
    (
        InstructionKind.DEMAND,
        rf"\bno (?:reason|need|cause|grounds?) (?:at all )?(?:to|for)\b.{{0,25}}?\b(?:the|a|an|any) {_QUOTE}{_BAD}{_QUOTE} (?:label|tag|flag|verdict|category)\b",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:answer|reply|respond|decide|label|judge|classify|state it|say (?:it|so))\W{1,3}with (?:full|absolute|complete|total|100 ?%|maximum|highest|utter|the (?:greatest|highest)) (?:certainty|confidence|conviction|assurance)\b",
    ),
    (
        InstructionKind.DEMAND,
        r"\b(?:write|give|use|return|output|put|print|enter|take|choose|insert|type|fill)\b.{0,40}\b(?:as|into|in|for) (?:the|your|its|a) (?:(?:final|right|correct) )?(?:label|verdict|classification|category)\b(?: field| box| slot| column)?",
    ),
    (
        InstructionKind.ROUTING,
        r"\b(?:no need to|no reason to|don't|do not|needn't|never|without|instead of|why)\W{1,2}(?:bother|troubl|wak|involv|consult|disturb|burden|wast)\w*\b.{0,20}\b(?:humans?|people|person|reviewers?|moderators?|staff|annotators?|labell?ers?)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        rf"\b(?:section|amendment|clause|article|guidelines?|handbook|manual|polic(?:y|ies)|definitions?|rules?|update|exception)\b.{{0,140}}?\b(?:carr(?:y|ies)|gets?|receives?|needs?|takes?|earns?) (?:no|the lowest|a neutral|the mildest) label\b|"
        rf"\b(?:section|amendment|clause|article|guidelines?|handbook|manual|polic(?:y|ies)|definitions?|exception)\b.{{0,140}}?\b(?:(?:do|does|is|are)(?: not|n't)|no longer|not) (?:to be )?(?:count\w*|qualif\w*|fall\w*|constitut\w*|consider\w*|treat\w*|regard\w*|classif\w*|seen|label\w*)(?: as| under| to be)? (?:an? )?{_QUOTE}{_BAD}\b|"
        rf"\b(?:section|amendment|clause|article|guidelines?|handbook|manual|polic(?:y|ies)|exception)\b.{{0,140}}?\b(?:is|are) (?:now |always )?(?:to be )?(?:label\w*|classif\w*|treat\w*|regard\w*|coded) (?:as )?(?:neutral|STRICT|vocabulary)\b",
    ),
    (
        InstructionKind.ADDRESS,
        rf"\b(?:software|system|program|machine|model|ai|algorithm|tool|bot|filter|computer|whoever|whatever|anyone|anybody|everyone|those|one|people|assistant|reader|automated \w+)(?: (?:who|that|which|is|are|be|may|might|will|should|happens? to|currently|now|ever|\w+ly)){{0,4}} (?:read|grad|judg|label|process|evaluat|assess|scor|rat|review|moderat|classif|check|scan|screen|analy[sz]|look)\w*(?: at| through)?\s(?:this|it|these|texts?|posts?|messages?|my|the (?:above|post|text|content))\b.{{0,120}}?{_FINE}",
    ),
    (
        InstructionKind.FENCE,
        rf"\b{_JUDGE}\b (?:only |just |instead )?(?:this|that|the|these)(?: (?:following|next|last|second|real|actual|other|new|true))?(?: {_POST})?(?: (?:below|that follows|that comes next|which follows))?\s?(?:\binstead\b|\bonly\b|\balone\b|:\s*(?=[\n\"'“‘«<`*]))",
    ),
    (
        InstructionKind.FENCE,
        rf"\b{_JUDGE}\b (?:only|just|instead|solely|nothing but)\b (?:this|that|what|the (?:following|next|last|second|part|text|content|sentence|lines?|words?|{_POST}))\b",
    ),
    (
        InstructionKind.FENCE,
        rf"\b(?:real|actual|true|next|intended|proper|correct|second) (?:content|item|input|{_POST})\b(?: (?:to|that (?:you )?(?:must|should|need)) (?:be |to )?(?:label|judg|classif|rat|moderat|review|assess|evaluat)\w*)?\s?(?:(?:is|reads|follows|starts|begins|comes)(?: here| now| below)?\s?(?:\n|:\s*[\n\"'“‘«`*])|(?:follows|starts here|begins here|comes next)\s*(?:[:.]|$))",
    ),
    (
        InstructionKind.FENCE,
        rf"\b(?:{_POST}|record|row|line|sample|part|case) (?:to|that (?:you )?(?:must|should|need|are|is))(?: (?:to|be|asked))* (?:be )?(?:label|judg|classif|moderat|rat|grad|scor|assess|evaluat)\w*\s?(?:is|are|follows|reads|starts|begins|comes)?\s?(?::|\b(?:follows|is the|starts|begins|comes|stands)\b)",
    ),
    (
        InstructionKind.FENCE,
        r"\b(?:everything|all|the (?:text|content|lines?|words?)|what (?:stands|stood|came|comes|was)) (?:\w+ )?(?:before|above|up to here|so far|preceding)\b(?: \w+){0,3}? (?:was|is|were|are) (?:only |just |merely )?(?:an? )?(?:example|sample|test|quot\w+|context|background|placeholder|demonstration|illustration|dummy)",
    ),
)

_SYSTEM = (
    r"(?:system|assistant|developer|admin(?:istrator)?|moderator|operator|root|model|ai|trust (?:and|&) safety|content policy|policy (?:update|team)|labell?ing task|"
    r"系统|系統|管理员|管理員|助手|开发者|開發者|模型|sistema|système|systeme|asistente|assistente|система|система|ассистент|النظام|システム|アシスタント|시스템|sistem|hệ thống|ระบบ|सिस्टम|systeem)"
)
_KEYS = r"(?:labels?|confidence|clauses?|verdict|rationale|route|severity|classification|category|标签|標籤|置信度|类别|結果|ラベル|라벨|etiqueta|étiquette|etichetta|rótulo|kennzeichnung|метка|etiket|nhãn|nhan|التصنيف)"
_ANY = ~0
_SPEAKERS = int(Concept.LABELLER | Concept.RULES | Concept.LABEL | Concept.SAY)
_CONTENTS = int(Concept.POST | Concept.RULES)
_FIELDS = int(Concept.LABEL | Concept.SURE | Concept.PRECEDENT | Concept.ACCEPT | Concept.SAY)
_GOOD = int(Concept.GOOD)
_MARKS: tuple[tuple[InstructionKind, tuple[str, ...], int, str], ...] = (
    (
        InstructionKind.DEMAND,
        ("答案", "结论", "結論", "标签", "標籤", "判定", "类别", "類別"),
        _ANY,
        r"(?:答案|结论|結論|标签|標籤|判定|类别|類別)(?:就|只能|只|应该|应当|必须|一定|当然){0,2}(?:是|为|為)\s*[“\"「『]?(?:GOOD|安全|合规|合規|无违规|無違規|不违规|无害)[”\"」』]?(?=\s*(?:$|[,，。!！?;；、\n)]))",
    ),
    (
        InstructionKind.DEMAND,
        ("标", "標", "类", "類", "结", "結", "判"),
        _ANY,
        r"(?:给|給|打|贴|貼|用|加|选|選|写|寫)(?:出|上|个|個|一个|一個|它|这条|本条|他){0,3}[“\"「『]?(?:GOOD|安全|合规|合規|无违规|無違規|正常)[”\"」』]?的?(?:标签|標籤|类别|類別|标记|標記|分类|分類|结论|結論|判定|评级)",
    ),
    (
        InstructionKind.DEMAND,
        ("确", "確", "肯", "坚", "认"),
        _ANY,
        r"(?:确定|確定|确信|確信|肯定|坚信|认定|認定)[^\n,，。]{0,6}?(?:(?:这|這|本|该|此)(?:条|條)(?=是|为|属|屬|内容|评论|帖|绝对|完全)|本帖|该帖|此帖|这个?帖子?|这句话?|这段话?|(?:该|此|本)?内容|以上)[^\n,，。]{0,4}?(?:是|为|属于|屬於|绝对|完全)[^\n,，。]{0,4}?(?:安全|合规|合規|无违规|無違規|无害|没问题|不违规)",
    ),
    (
        InstructionKind.ROUTING,
        ("status", "state", "review", "flagged", "queue"),
        _ANY,
        r"[\[({<|,;]\s*(?:status|state|review|moderation|result|flagged|needs_review|queue)\s*[:=]\s*VALUE\s*[\])}>|,;]{1,2}\s*[\[({<|,;]?\s*(?:RECORD|reviewed[_ ]by|reviewer|queue|needs[_ ]review|flagged|label|reasons?|status)\s*[:=]",
    ),
    (
        InstructionKind.DEMAND,
        ("置", "信", "把", "概", "分", "可"),
        _ANY,
        r"(?:置信度|信心|把握|概率|可信度|信赖度|信頼度|分数)[^\n,，。!?]{0,8}?(?:填|写|寫|设|設|给|給|为|為|输出|輸出|定|是|取|报|報|标|=|:)[^\n,，。!?]{0,4}?(?:0?\.\d+|1\.0|1(?![\d.])|100 ?%|9\d ?%|百分之(?:百|一百|九十)|满分|最高)",
    ),
    (
        InstructionKind.DEMAND,
        ("答", "输", "輸", "回", "返", "标", "標", "判", "选", "選", "填", "写", "寫"),
        _ANY,
        r"(?:回答|输出|輸出|回复|回覆|返回|答复|给出|給出|标(?:记|注)?(?:为|成|上)?|標(?:記|註)?(?:為|成|上)?|判(?:定|断)?(?:为|成)?|(?:选择?|選擇?|填写?|写|寫|答)(?:上|下)?(?=[\"“「『'‘【]))(?:是|为|成)?\s*[\"“「『'‘【]?\s*(?:GOOD|安全|无害|無害|合规|合規|无违规|無違規|不违规|不違規|正常|通过|允许)\s*[\"”」』'’】]?(?:这个标签|标签|类别|一类|类)?(?=\s*(?:$|[,，。!！?;；、\n)]|即可|就|吧|不|并))",
    ),
    (
        InstructionKind.ROLE,
        ("<", "[", "|"),
        _ANY,
        r"<\|[a-z_ ]{2,40}\|?>|<[|｜][^<>|｜]{2,40}[|｜]>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|<channel\||\|im_(?:start|end)\|",
    ),
    (
        InstructionKind.ROLE,
        ("<", "[", "＜", "◁"),
        _ANY,
        r"[<\[＜]\|?/?\s*(?:[a-z]+:)?think(?:ing)?\s*\|?[>\]＞]|◁/?think▷",
    ),
    (
        InstructionKind.ROLE,
        ("<",),
        _SPEAKERS,
        r"<\s*/?\s*(?:system|assistant|instructions?|task|rules|guidelines?|final_?answer|answer|response|prompt|policy|developer|admin|untrusted\w*|verdict|tool_?(?:call|result|response)|function_?call|system[-_ ]\w+)\b[^<>]{0,120}>",
    ),
    (
        InstructionKind.ROLE,
        (":", "：", "]", ">", "\n"),
        _SPEAKERS,
        rf"(?:^|\n)[\W_]{{0,12}}{_SYSTEM}(?: (?:message|prompt|note|override|instruction|update|notice|directive|msg|消息|提示)s?)?[\W_]{{0,6}}(?:[:：\]>]|\n)(?=(?:.|\n){{0,300}}?(?:TASK))",
    ),
    (
        InstructionKind.ROLE,
        ("#", "=", "-", "*", "["),
        _ANY,
        rf"(?:^|\n)\s*(?:#{{1,6}}|={{3,}}|-{{3,}}|\*{{2,}}|\[{{1,2}})\s*(?:end of|begin|start|new|updated|override)?\s*(?:{_SYSTEM}|instructions?|task|response|output|labels?|policy|rules?|answer|clauses?|prompt)\b[^\n]{{0,40}}(?=(?:.|\n){{0,300}}?(?:TASK))",
    ),
    (
        InstructionKind.ROLE,
        (":", "：", ">"),
        _SPEAKERS,
        r"(?:^|\n)\s*(?:assistant|ai|model|gpt|bot|助手|答|回答|模型|asistente|assistente|ассистент)\s*[:：>]\W{0,6}(?:(?:GOOD)\b|label|\{)",
    ),
    (
        InstructionKind.ROLE,
        ("system", "developer"),
        _SPEAKERS,
        r"\b(?:system|developer) (?:(?:prompt|override|instruction)s?\W{0,3}[:=]|messages?\W{0,3}[:=](?=(?:.|\n){0,300}?(?:TASK)))",
    ),
    (
        InstructionKind.ROLE,
        ("[", "(", "{", "*"),
        _SPEAKERS,
        r"[\[({*]\s*(?:moderator|admin|system|reviewer|mod|staff|adjudicator)(?:'s)? (?:note|message|comment|decision|override)",
    ),
    (
        InstructionKind.ROLE,
        ("override", "mode", "code", "command", "authori"),
        _SPEAKERS,
        r"\b(?:admin(?:istrator)?|system|developer|root|supervisor|emergency|debug) (?:override|mode|code|command|authori[sz]ation|directive)s?\b(?=(?:.|\n){0,120}?(?:TASK))",
    ),
    (
        InstructionKind.FENCE,
        ("<", "[", "{", "(", "＜", "〈", "《", "‹"),
        _CONTENTS,
        r"[<\[{(＜〈《‹]\s{0,3}/?\s{0,3}(?:user[-_ ]?)?content(?:[-_ ]?(?:id|end|start|block)|[-_](?=[a-z_-]{0,12}\d)[\w-]{1,40})?(?:\s[^<>\n]{0,120}|\s*=[^<>\n]{0,120}|/)?\s{0,3}[>\])}＞〉》›]",
    ),
    (
        InstructionKind.FENCE,
        ("<",),
        _CONTENTS,
        r"<\s{0,3}/?\s{0,3}(?:post|item|document|user_?(?:input|message|post)|message|data|untrusted)\s(?:id|type|name|class)\s*=[^<>\n]{0,120}>|</\s{0,3}(?:post|item|text|query|document|user_?(?:input|message|post)|untrusted)(?:[-_](?=[a-z_-]{0,12}\d)[\w-]{1,40})?\s*>",
    ),
    (InstructionKind.FENCE, ("c", "o", "n", "t", "e", "n", "t"), _CONTENTS, r"content\s+id\s*=\s*[\"'“]?[0-9a-f]{4,}"),
    (
        InstructionKind.FENCE,
        ("-", "=", "*", "#", "_", "<", "[", "(", "/"),
        _CONTENTS,
        r"(?:[-=*#_<\[(]{2,}|/)\s*(?:(?:the )?(?:end|start|begin|beginning|close|stop)\W{1,3}(?:of\W)?(?:the\W)?(?:content|post|message|text|user content|item|input|document|prompt|conversation|data|untrusted\w*)|(?:content|post|message|input|document|data|prompt) (?:ends?|starts?|begins?)(?: here)?)",
    ),
    (
        InstructionKind.FENCE,
        ("end of", "end here", "ends here", "label this"),
        _CONTENTS,
        r"\b(?:end of (?:the )?(?:content|user content|untrusted \w+|input|content to (?:be )?(?:label|judge|classif)\w*)|(?:content|post) ends here|label this content\s*:)",
    ),
    (
        InstructionKind.FENCE,
        ("内容", "帖子", "文本"),
        _CONTENTS,
        r"(?:内容|帖子|文本)\s*(?:到此)?(?:结束|完毕|终止)|以上(?:是|为)(?:待|需要?)?(?:标注|审核|判断)的?(?:内容|帖子)|content\s*结束",
    ),
    (
        InstructionKind.AUTHORITY,
        ("(", "（"),
        _ANY,
        r"(?:^|\n)\W{0,6}[a-z]{1,3}[-.]?\d{1,3}(?:\.\d{1,3}){0,3}\b[^\n()（）]{0,80}[(（]\s*(?:GOOD|NAMED|安全|无违规)(?:\s*[,、，]\s*(?:GOOD|NAMED)){0,6}\s*[)）]\s*[:：]",
    ),
    (
        InstructionKind.AUTHORITY,
        (":", "："),
        _ANY,
        r"(?:^|\n)[\W_]{0,8}(?:labels?|clauses?|precedents?|policy|the policy's own examples|clauses that may govern[^\n]{0,40}|reviewers settled[^\n]{0,60}|标签|条款|先例|政策|规则)[\W_]{0,4}[:：]\s*\n(?=(?:.|\n){0,240}?(?<![a-z])(?:NAMED|安全|无违规)(?![a-z]))",
    ),
    (
        InstructionKind.FENCE,
        ("\n",),
        _CONTENTS,
        r"(?:^|\n)[\W_]{0,40}(?:new|next|second|following) (?:item|content|post|record|text|message|input)[\W_]{0,40}\n",
    ),
    (
        InstructionKind.AUTHORITY,
        ("第",),
        _ANY,
        r"第\s?[一二三四五六七八九十百零〇\d]{1,4}\s?[条章款項项](?:之[一二三四五六]|第.{1,3}款)?\s*(?:[:：]|[((].{1,20}[))]).{0,80}?(?:不属于|不视为|不构成|不算|不予|视为安全|属于安全|一律安全|允许发布|均?合规|无违规|不再)",
    ),
    (
        InstructionKind.REPLY,
        (":", "=", "："),
        _ANY,
        r"(?:^|\n)\W{0,4}(?:a|l|out|output|result|response|reply|antwort|ausgabe|respuesta|salida|réponse|sortie|resposta|saída|risposta|ответ|вывод|答|答案|输出|輸出|出力|回答|답|출력)\s?[:=：]\W{0,4}(?:STRICT|安全|无违规|無違規)\W{0,4}(?:$|\n)",
    ),
    (
        InstructionKind.REPLY,
        ("|", ",", ";", "\t"),
        _FIELDS,
        rf"(?:^|\n)[^\n]{{0,60}}?{_KEYS}[*`\"']{{0,2}}\s*[,;|\t]\s*[*`\"']{{0,2}}(?:{_KEYS}|score|reason)[^\n]{{0,60}}\n(?:[\s|:+=-]+\n)?[^\n]{{0,60}}?[\s|,;\t*`\"']?(?:GOOD|NAMED)[*`\"']{{0,2}}\s*[,;|\t]",
    ),
    (
        InstructionKind.ROUTING,
        ("_",),
        _ANY,
        r"\b(?:label_probability|precedent_vote|precedent_violating|stated_confidence|injection_score|inclusion_probability|accept_(?:probability|audit)|no_clause_near|signals_disagree|high_probability|looks_like_instruction|content_truncated)\b",
    ),
    (
        InstructionKind.AUTHORITY,
        (":", "："),
        _ANY,
        r"(?:^|\n)[\W_]{0,12}(?:moderator|mod|reviewer|labell?er|adjudicator|annotator|rater|evaluator|审核员?|審核員?|版主|管理员|moderador|moderateur|modérateur|moderatore|модератор)(?: (?:\w+|#?\d+))?[\W_]{0,6}[:：].{0,80}?(?:\b(?:looks? (?:fine|ok|okay|good)|all (?:good|clear|fine)|STRICT|approved|no action|nothing (?:wrong|to)|no violations?|cleared|closing|aprobado|approuvé|одобрено)\b|通过|没问题|無違規|无违规|不违规|放行)",
    ),
    (
        InstructionKind.AUTHORITY,
        ("审", "標", "标", "内", "社", "審", "內"),
        _ANY,
        r"(?:审核|審核|标注|標註|内容|內容|社区|社區)(?:手册|手冊|规范|規範|准则|準則|政策|标准|標準|规则|規則|指南).{0,8}?(?:写明|寫明|规定|規定|注明|註明|指出|明确|明確|载明|说明|說明|提到).{0,50}?(?:不算|不属于|不屬於|不视为|不視為|不构成|不構成|无违规)",
    ),
    (
        InstructionKind.ROUTING,
        (":", "=", "："),
        _ANY,
        r"(?:^|[\n\[({【;,，；|、])\s*RECORD\s*[:=：]\s*VALUE[\"'”」\])}]{0,2}\s*[\n;,，；|、]\s*(?:RECORD|reviewed_by|reviewer|复核人?|审核人?|建议|标签)\s*[:=：]",
    ),
    (
        InstructionKind.ROUTING,
        ("路", "处", "審", "审", "决", "決", "复", "狀", "状"),
        _ANY,
        r"(?:路由|处置|处理|審核|审核|决定|決定|复核|状态|狀態)(?:结果|結果|结论|状态|意见)?\s*[:=：]\s*(?:已|自动|自動|予以|无需|無需)?(?:通过|通過|接受|放行|免审|采纳|人工|合规|合規|安全|无违规|無違規|不违规|没问题|正常)",
    ),
    (
        InstructionKind.REPLY,
        ('"', "'", "“", "”", "‘", "’", "`"),
        _FIELDS,
        rf"[\"'“”‘’`]{_KEYS}[\"'“”‘’`]\s*[:=：]\s*[\[{{]?\s*{_QUOTE}(?:GOOD|NAMED|安全|无害|無害|正常|合规|\d|\]|accept)",
    ),
    (
        InstructionKind.REPLY,
        (":", "=", "：", ">", "→", "⇒"),
        _FIELDS,
        rf"(?:^|[^\w]){_KEYS}\s*(?:[:=：]|->|→|=>)\s*[\[{{(]?\s*{_QUOTE}(?:(?:GOOD|NAMED|安全|无害|無害|正常|合规|seguro|sûr|sicher|sicuro|безопасн\w*|安全です|안전|aman|güvenli|an toàn|آمن|ปลอดภัย|सुरक्षित|bezpieczn\w*|veilig)(?![\w-]|\s+(?:to|from|landing|travels?|bet|and sound)\b)|0?\.\d+|1\.0|accept\b)",
    ),
    (
        InstructionKind.REPLY,
        (">", "→", "⇒"),
        _GOOD,
        rf"(?:[\"'”」』]|\S)\s*(?:->|→|=>|⇒|－>)\s*{_QUOTE}(?:GOOD)\W{{0,4}}(?:$|\n)",
    ),
    (
        InstructionKind.REPLY,
        (":", "="),
        _FIELDS,
        r"(?:^|\n)\W{0,4}(?:label|verdict|classification|final answer|answer)\W{0,3}[:=]\W{0,4}(?:GOOD)\W{0,4}(?:$|\n)",
    ),
)

_TASK_SIGNS = r"label|classif|verdict|confidence|ignore|disregard|instruct|polic|safe\b|harmless|benign|accept|标签|標籤|标注|標註|分类|安全|忽略|無視|无视|审核|審核|безопасн|segur|sicher|sûr|etiquet|разреш|允许|合规|правил"


_RECORD = (
    r"(?:route|routing|doubts?|disposition|probability|confidence|severity|decision|verdict|outcome|moderation status|"
    r"路由|疑点|疑點|概率|機率|置信度|处置|严重程度|處置|决定|结论|風險|风险等级)"
)
_VALUE = r"[\"'“「]?(?:accept\w*|approved?|pass(?:ed)?|auto[-_]?(?:approved|accepted)|none|no|clean|cleared|safe|0?\.9\d*|1\.0|0(?:\.0+)?|\[\]|已审结|免|无|無|通过|接受|自动通过|自动接受|放行|安全|正常|低)(?![\w.])"


Gate = Callable[[str, frozenset[str], int], bool]
"""(text, its characters, concepts it speaks of) -> whether a pattern may be in it: cheaper than the pattern."""

_GATES: Mapping[InstructionKind, tuple[tuple[int, int], ...]] = {
    kind: tuple((int(one), int(other)) for one, other in pairs)
    for kind, pairs in {
        InstructionKind.OVERRIDE: (
            (Concept.RULES | Concept.PRECEDENT, ~0),
            (Concept.SAY | Concept.LABEL, Concept.MUST | Concept.ONLY),
            (Concept.OVERRIDE, Concept.ALL),
        ),
        InstructionKind.DEMAND: (
            (Concept.GOOD, ~0),
            (Concept.SURE, ~0),
            (Concept.LABEL | Concept.BAD, Concept.NOT | Concept.SAY),
        ),
        InstructionKind.ADDRESS: ((Concept.LABELLER, ~0), (Concept.LABEL | Concept.REVIEW, Concept.GOOD)),
        InstructionKind.ROLE: (
            (
                Concept.POSE,
                Concept.LABEL | Concept.LABELLER | Concept.REVIEW | Concept.SEEN | Concept.PERSON | Concept.RULES,
            ),
        ),
        InstructionKind.FENCE: (
            (Concept.LABEL, ~0),
            (Concept.SWAP | Concept.ONLY, Concept.LABEL | Concept.POST),
            (Concept.BEFORE, Concept.POST),
        ),
        InstructionKind.AUTHORITY: (
            (
                Concept.GOOD | Concept.SEEN,
                Concept.RULES | Concept.PRECEDENT | Concept.POST | Concept.PERSON | Concept.REVIEW | Concept.LABELLER,
            ),
            (Concept.NOT | Concept.LABEL, Concept.RULES | Concept.PRECEDENT),
            (Concept.SEEN, Concept.GOOD),
        ),
        InstructionKind.ROUTING: ((Concept.REVIEW | Concept.PERSON, Concept.NOT), (Concept.ACCEPT, ~0)),
    }.items()
}
"""A sentence of a kind may be in a text that speaks of both concepts of one of its pairs: cheaper than its patterns."""


@lru_cache(maxsize=64)
def patterns(
    good: tuple[str, ...], named: tuple[str, ...]
) -> tuple[tuple[InstructionKind, Gate, tuple[re.Pattern[str], ...]], ...]:
    """All patterns, marks first.

    Args:
        good: names of the policy's labels that violate nothing.
        named: names of all its labels.
    """
    strict = _either(good, _STRICT)
    wide = _either(good, _WIDE)
    every = _either([*good, *named], _STRICT)
    fills = (
        ("STRICT", strict),
        ("GOOD", wide),
        ("NAMED", every),
        ("TASK", _TASK_SIGNS),
        ("RECORD", _RECORD),
        ("VALUE", _VALUE),
    )
    marks = [(kind, _sign_gate(signs, mask), (_compiled(source, fills),)) for kind, signs, mask, source in _MARKS]
    sources: dict[tuple[InstructionKind, str], list[re.Pattern[str]]] = {}
    for kind, source in (*_SENTENCES, *_POSING):
        sources.setdefault((kind, _needs(source)), []).append(_compiled(source, fills))
    needed = {_NAME: re.compile(strict), _AWAY: re.compile(rf"\b{_AWAY}\b")}
    return (
        *marks,
        *(
            (kind, _concept_gate(_GATES[kind], needed.get(need)), tuple(found))
            for (kind, need), found in sources.items()
        ),
    )


def _needs(source: str) -> str:
    """What all that a pattern finds has in it; a text without needn't be searched. Empty where there is no such thing."""
    depth = 0
    for mark in re.sub(r"\\.|\[[^\]]*\]", "", source):
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and depth == 0:
            return ""
    if source.endswith(_NAME):
        return _NAME
    return _AWAY if source.startswith(rf"\b{_AWAY}\b") else ""


def _sign_gate(signs: tuple[str, ...], concepts: int) -> Gate:
    """Signs that it can't be without, and English words; where a text has other letters, it may have other words."""
    single = frozenset(sign for sign in signs if len(sign) == 1)
    longer = tuple(sign for sign in signs if len(sign) > 1)

    def gate(text: str, characters: frozenset[str], said: int) -> bool:
        if concepts != _ANY and not said & concepts and text.isascii():
            return False
        return not single.isdisjoint(characters) or any(sign in text for sign in longer)

    return gate


def _concept_gate(pairs: tuple[tuple[int, int], ...], needed: re.Pattern[str] | None) -> Gate:
    """Concepts that it can't be without, and what all that is looked for has in it."""

    def gate(text: str, _characters: frozenset[str], said: int) -> bool:
        spoken = any(said & one and said & other for one, other in pairs)
        return spoken and (needed is None or needed.search(text) is not None)

    return gate


def _compiled(source: str, fills: Sequence[tuple[str, str]]) -> re.Pattern[str]:
    for name, words in fills:
        source = source.replace(name, words)
    return re.compile(source, re.DOTALL)


def _either(names: Sequence[str], others: str) -> str:
    """Names as alternatives, blanks and marks in them forgiven; bare numbers and letters say too little."""
    wanted = [name.casefold() for name in names if len(name) > 1 and not name.isdigit()]
    spelled = [r"[-_ ]?".join(map(re.escape, re.split(r"[-_ ]+", name))) for name in wanted]
    return "|".join([*sorted(set(spelled), key=len, reverse=True), others])
