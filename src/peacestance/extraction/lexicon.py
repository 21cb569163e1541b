"""Words that attribute: verbs and nouns of saying and of taking a position, as plain data.

Lemmas are as spaCy writes them. Nothing here names a person, a place or an organisation.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, divided at white space: how word lists are written here."""
    return frozenset(text.split())


SAY = word_set(
    """
    say tell add announce state declare reply respond write tweet post explain insist claim argue assert allege
    warn note remark observe stress emphasize emphasise underline underscore reiterate repeat recall recount
    relate report acknowledge admit concede confess confirm affirm maintain contend caution suggest hint signal
    indicate imply predict forecast estimate conclude complain lament joke quip boast brag wonder ask inquire
    question shout yell cry whisper mutter exclaim chant chuckle laugh sigh blurt deadpan snap fume rage thunder
    continue begin interject counter retort rebut deny disclose reveal testify swear vow pledge promise threaten
    propose recommend advise urge demand request plead appeal instruct order exhort implore beg hope fear believe
    think feel expect consider agree disagree accept profess pontificate opine muse surmise speculate venture
    volunteer offer elaborate clarify specify describe inform assure remind reassure notify quote cite read charge
    protest object sneer scoff gush rejoice marvel tease reason theorize theorise proclaim pronounce preach
    summarize summarise echo chime concur enthuse intone drawl mention foresee stipulate relay convey communicate
    vent vouch reckon worry comment declaim detail demur dictate grumble advocate title headline
    """
)
"""Verbs that can introduce a quotation."""

CLAUSE = word_set(
    """
    say tell add announce state declare reply respond write tweet explain insist claim argue assert allege warn
    note remark observe stress emphasize emphasise underline underscore reiterate repeat recall recount relate
    report acknowledge admit concede confess confirm affirm maintain contend caution suggest hint signal indicate
    predict forecast estimate conclude complain lament joke quip boast brag wonder ask inquire question exclaim
    counter retort deny disclose reveal testify swear vow pledge promise threaten propose recommend advise urge
    demand request plead opine muse surmise speculate venture clarify specify inform assure remind reassure notify
    charge protest proclaim pronounce concur mention foresee stipulate relay reckon worry comment grumble believe
    think feel expect hope fear assume suspect doubt consider agree disagree accept imply theorize theorise
    intimate hypothesize point continue record highlight restate reaffirm dispute attest counsel decree moan gripe
    """
)
"""Verbs whose finite clausal complement is a statement of their subject."""

DOCUMENT_CLAUSE = word_set("show find rule decide determine read")
"""Verbs that report when their subject is a source such as a study, a court or a document."""

BELIEF = word_set(
    """
    believe think feel expect hope fear assume suspect doubt consider imply reckon worry wonder agree disagree
    accept foresee show find rule decide determine read suggest reveal predict indicate signal hint forecast
    estimate recall note conclude
    """
)
"""Verbs that report only where the subject is somebody who can speak."""

INFINITIVE = word_set("offer vow pledge promise threaten demand claim propose swear undertake volunteer profess appeal")
"""Verbs whose infinitive is what their subject says it means to do or wants."""

GERUND = word_set("deny acknowledge admit recommend propose suggest threaten confirm")
"""Verbs whose participle is the content: "denied taking the money"."""

ADDRESS = word_set(
    """
    urge ask tell order instruct advise warn call press implore exhort beg encourage request remind command direct
    summon caution entreat plead appeal
    """
)
"""Verbs whose object and infinitive together are what their subject asks of others."""

OBJECT = word_set(
    """
    reject welcome condemn denounce deny criticise criticize praise hail applaud slam blast announce demand
    propose reiterate repeat express voice confirm declare stress emphasise emphasize acknowledge admit dismiss
    deplore decry lament recommend request claim allege promise pledge vow threaten protest question dispute
    highlight underline underscore cite outline report affirm reaffirm restate rebuke lambast ridicule mock
    commend salute suggest describe portray call label brand term dub characterise characterize liken accuse blame
    estimate document credit fault assail castigate berate renounce repudiate disavow concede bemoan tout deem
    """
)
"""Verbs whose direct object is the content."""

NEEDS_TAIL = word_set("portray characterise characterize credit call term deem")
"""Of these, the verbs that report only where a predicate follows the object: "described it as a farce"."""

OBJECT_TAIL: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        word_set("describe portray label brand characterise characterize hail dismiss cite"), word_set("as")
    ),
    **dict.fromkeys(word_set("denounce reject tout"), word_set("as")),
    **dict.fromkeys(word_set("blame praise criticise criticize fault credit rebuke"), word_set("for on with over")),
    "condemn": word_set("as for over"),
    "accuse": word_set("of"),
    "liken": word_set("to"),
}
"""Prepositions that carry the content on after the object."""

PREPOSITIONAL: dict[str, frozenset[str]] = {
    "call": word_set("for on upon"),
    "warn": word_set("of against about"),
    "caution": word_set("against about"),
    "insist": word_set("on upon"),
    "object": word_set("to"),
    "complain": word_set("about of"),
    "appeal": word_set("for to"),
    "press": word_set("for"),
    "push": word_set("for"),
    "plead": word_set("for with"),
    "hint": word_set("at"),
    "allude": word_set("to"),
    "refer": word_set("to"),
    "speak": word_set("of against"),
    "boast": word_set("of about"),
    "protest": word_set("against"),
    "argue": word_set("for against"),
    "lash": word_set("out"),
    "apologise": word_set("for"),
    "apologize": word_set("for"),
    "advocate": word_set("for"),
    "rail": word_set("against"),
}
"""Verbs whose prepositional object is the content, with their prepositions."""

NOUNS = word_set(
    """
    claim statement assertion allegation accusation warning vow pledge promise threat demand call insistence
    refusal offer belief view position argument suggestion announcement declaration hope fear concern contention
    proposal assurance complaint prediction admission denial
    """
)
"""Nouns of saying whose clause, infinitive or "for" phrase is the content."""

LIGHT = word_set(
    """
    make issue repeat reiterate renew express voice give deliver release send raise have include contain drop
    abandon back
    """
)
"""Verbs that lend their subject to a noun of saying: "issued a call for"."""

TALKS = word_set(
    """
    talk negotiation negotiate ceasefire cease truce armistice peace dialogue mediation mediate mediator diplomacy
    overture settlement reconciliation cessation détente rapprochement peacemaking accord compromise negotiator
    """
)
"""Words that show that a predicate concerns negotiations."""

ENDING = word_set("end ending stop stopping halt halting pause settle resolve")
FIGHTING = word_set("war conflict fighting hostility hostilities bloodshed killing")
"""A word of each kind together shows it too: "works to stop the bloodshed"."""

TALKS_IN_CONTEXT = word_set(
    """
    deal agreement summit conference proposal plan table pact treaty process initiative roadmap terms diplomatic
    delegation round
    """
)
"""Words that show it where the article speaks of negotiations elsewhere."""

POSITION = word_set(
    """
    refuse decline boycott accept agree oppose seek want demand hope plan propose offer push press back support
    favor favour host broker mediate invite shun resist spurn scrap cancel suspend abandon derail block stall
    torpedo pursue resume intend encourage object rebuff ignore snub endorse negotiate participate withdraw pull
    postpone reject insist
    """
)
"""Verbs by which an article itself tells a stand on negotiations."""

MEETS = word_set("meet speak sit join attend")
"""Verbs that mean negotiating after "refuse to" or "is ready to"."""

POSITION_PHRASES = word_set(
    """
    seem remain become begin start continue make show have express signal voice indicate be walk try work hold
    keep lay push give reiterate take step prepare
    """
)
"""Verbs that tell one only together with a noun or adjective of `STAND`."""

STAND = word_set(
    """
    ready willing unwilling reluctant prepared open opposed committed intent keen eager hesitant loath determined
    adamant hopeful negative willingness readiness reluctance unwillingness overture effort priority commitment
    desire refusal appetite objection boycott demand interest
    """
)
"""Words that state a stand: "is ready to", "has shown willingness to"."""

ROLE = word_set(
    """
    president premier minister secretary chief leader head chairman chairwoman chair director spokesman
    spokeswoman spokesperson ambassador envoy diplomat official general commander colonel major captain lieutenant
    sergeant admiral senator congressman congresswoman representative lawmaker mp governor mayor king queen prince
    princess sheikh emir sultan pope bishop archbishop cardinal imam rabbi ayatollah cleric pastor reverend priest
    chancellor candidate nominee analyst expert professor researcher scholar economist historian lawyer attorney
    judge justice prosecutor activist dissident negotiator mediator adviser advisor aide strategist pollster
    author writer journalist reporter correspondent columnist editor anchor host founder co-founder owner boss ceo
    executive manager coordinator doctor surgeon physician nurse medic teacher student farmer resident witness
    officer soldier fighter rebel veteran refugee politician statesman deputy vice-president president-elect
    billionaire businessman businesswoman mogul tycoon coach player singer actor actress artist musician father
    mother son daughter brother sister wife husband widow woman man boy girl speaker member delegate counsel
    consultant worker driver incumbent democrat republican
    """
)
"""Nouns that stand for a person by role."""

FEMALE_ROLE = word_set(
    """
    spokeswoman chairwoman congresswoman queen princess actress mother daughter sister wife widow woman girl
    businesswoman mrs ms miss madam lady dame baroness duchess countess aunt niece grandmother
    """
)
MALE_ROLE = word_set(
    """
    spokesman chairman congressman king prince actor father son brother husband man boy businessman mr sir lord
    sheikh emir sultan pope bishop archbishop imam ayatollah rabbi baron duke count uncle nephew grandfather
    statesman
    """
)

INSTITUTION = word_set(
    """
    ministry government agency department office council commission committee group organisation organization
    party army military police force administration parliament court union alliance coalition bank company embassy
    foundation institute movement militia body network newspaper paper magazine station broadcaster channel outlet
    watchdog authority bloc league delegation opposition presidency cabinet bureau center centre university
    campaign team firm charity monitor observatory service house board panel news regime country nation state
    media faction
    """
)
"""Nouns that stand for an institution."""

DOCUMENT = word_set(
    """
    statement report letter resolution declaration communique communiqué release article study survey poll
    document memo post tweet text
    """
)
"""Nouns for texts through which their authors speak."""

TITLES = word_set(
    """
    mr mrs ms miss dr prof sir lord lady dame baroness sen rep gov gen lt col maj capt sgt cmdr adm brig cpl rev
    fr hon president vice-president premier prime minister secretary chancellor senator congressman congresswoman
    governor mayor king queen prince princess sheikh sheik emir sultan pope bishop archbishop cardinal imam
    ayatollah general colonel major captain lieutenant sergeant admiral commander brigadier judge justice
    professor doctor father sister reverend rabbi ambassador representative pastor mullah maulana deputy chief
    spokesman spokeswoman spokesperson
    """
)
"""Words before a name that are no part of it, without their full stops."""


ASIDE_NOUNS = word_set(
    """
    sign move step claim accusation allegation charge reference decision escalation blow development setback shift
    reversal departure warning figure number
    """
)
"""Nouns of a remark by the article itself at a sentence's end: "..., a sign that"."""
