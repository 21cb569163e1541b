"""Words that attribute: verbs and nouns of saying and of taking a position, as plain data.

Lemmas are as spaCy writes them. Nothing here names a person, a place or an organisation.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAY = _words(
    """
    say tell add announce state declare reply respond write tweet post explain insist claim argue assert allege warn note remark
    observe stress emphasize emphasise underline underscore reiterate repeat recall recount relate report acknowledge admit
    concede confess confirm affirm maintain contend caution suggest hint signal indicate imply predict forecast estimate
    conclude complain lament joke quip boast brag wonder ask inquire question shout yell cry whisper mutter exclaim
    chant chuckle laugh sigh blurt deadpan snap fume rage thunder continue begin interject counter retort rebut deny disclose reveal
    testify swear vow pledge promise threaten propose recommend advise urge demand request plead appeal instruct order
    exhort implore beg hope fear believe think feel expect assume suspect doubt consider agree disagree accept profess
    pontificate opine muse surmise speculate venture volunteer offer elaborate clarify specify describe inform brief assure
    remind reassure notify caution quote cite read rule decide determine argue charge accuse decry protest object
    sneer scoff gush rejoice marvel joke tease reason theorize theorise proclaim pronounce preach summarize summarise
    echo chime concur enthuse intone drawl quote mention point predict find show foresee concede stipulate relay convey
    communicate vent vouch reckon figure guess know understand realize realise learn worry envisage hypothesize
    portray pen comment crow declaim detail demur dictate grumble advocate
    """
)
"""Verbs that can introduce a quotation."""

CLAUSE = SAY - _words(
    "shout begin continue laugh sigh chuckle read quote point decide rule determine find show understand know learn realize realise "
    "figure know consider cite describe charge accuse object ask order instruct assume portray post detail offer"
)
"""Verbs whose finite clausal complement is a statement of their subject."""

DOCUMENT_CLAUSE = _words("show find rule decide determine read suggest indicate reveal")
"""Verbs that report when their subject is a source such as a study, a court or a document."""

QUESTION = _words("ask wonder question inquire debate explain")
"""Verbs whose complement may be a question (why, whether, if)."""

INFINITIVE = _words(
    """
    vow pledge promise threaten refuse decline agree offer demand ask claim propose swear undertake hope want plan expect
    seek intend volunteer consent commit appeal call beg profess
    """
)
"""Verbs whose infinitive states what their subject means to do or wants."""

ADDRESS = _words(
    """
    urge ask tell order instruct advise warn call press implore exhort beg encourage invite request remind want expect
    command direct summon push lobby caution entreat plead appeal
    """
)
"""Verbs whose object and infinitive together are what their subject wants of others."""

OBJECT: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            "reject",
            "welcome",
            "condemn",
            "denounce",
            "deny",
            "criticise",
            "criticize",
            "praise",
            "hail",
            "applaud",
            "slam",
            "blast",
            "announce",
            "demand",
            "propose",
            "reiterate",
            "repeat",
            "express",
            "voice",
            "confirm",
            "declare",
            "stress",
            "emphasise",
            "emphasize",
            "acknowledge",
            "admit",
            "support",
            "back",
            "endorse",
            "oppose",
            "dismiss",
            "deplore",
            "decry",
            "lament",
            "recommend",
            "request",
            "advocate",
            "predict",
            "claim",
            "allege",
            "promise",
            "pledge",
            "vow",
            "threaten",
            "protest",
            "question",
            "dispute",
            "defend",
            "highlight",
            "underline",
            "underscore",
            "mention",
            "cite",
            "outline",
            "detail",
            "disclose",
            "reveal",
            "report",
            "affirm",
            "reaffirm",
            "restate",
            "reprimand",
            "rebuke",
            "lambast",
            "ridicule",
            "mock",
            "commend",
            "salute",
            "cheer",
            "regret",
            "rule",
            "suggest",
            "describe",
            "portray",
            "call",
            "label",
            "brand",
            "term",
            "dub",
            "characterise",
            "characterize",
            "liken",
            "compare",
            "accuse",
            "blame",
            "thank",
            "congratulate",
            "urge",
            "estimate",
            "favor",
            "favour",
            "discuss",
            "credit",
            "fault",
            "attack",
            "challenge",
            "assail",
            "castigate",
            "berate",
            "document",
            "renounce",
            "repudiate",
            "disavow",
            "concede",
            "note",
            "explain",
            "hint",
            "signal",
            "mourn",
            "doubt",
            "insist",
            "bemoan",
            "tout",
            "promote",
            "accept",
            "embrace",
        ],
        frozenset(),
    ),
}
"""Verbs whose direct object is the content."""

OBJECT_TAIL: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            "describe",
            "portray",
            "label",
            "brand",
            "characterise",
            "characterize",
            "hail",
            "dismiss",
            "cite",
            "denounce",
            "condemn",
            "reject",
        ],
        _words("as"),
    ),
    **dict.fromkeys(["accuse"], _words("of")),
    **dict.fromkeys(
        [
            "blame",
            "praise",
            "criticise",
            "criticize",
            "thank",
            "fault",
            "credit",
            "condemn",
            "rebuke",
            "congratulate",
            "applaud",
        ],
        _words("for on with over"),
    ),
    **dict.fromkeys(["liken", "compare"], _words("to with")),
}
"""Prepositions that carry the content on after the object."""

PREPOSITIONAL: dict[str, frozenset[str]] = {
    "call": _words("for on upon"),
    "warn": _words("of against about"),
    "caution": _words("against about"),
    "insist": _words("on upon"),
    "agree": _words("on to with"),
    "object": _words("to"),
    "complain": _words("about of"),
    "appeal": _words("for to"),
    "press": _words("for"),
    "push": _words("for"),
    "plead": _words("for with"),
    "hint": _words("at"),
    "allude": _words("to"),
    "refer": _words("to"),
    "point": _words("to out"),
    "speak": _words("of about against"),
    "talk": _words("about of"),
    "boast": _words("of about"),
    "protest": _words("against"),
    "argue": _words("for against"),
    "lash": _words("out at"),
    "hope": _words("for"),
    "threaten": _words("with"),
    "ask": _words("for about"),
    "disagree": _words("with"),
    "apologise": _words("for"),
    "apologize": _words("for"),
    "advocate": _words("for"),
    "campaign": _words("for against"),
    "testify": _words("about to"),
    "joke": _words("about"),
    "comment": _words("on"),
    "elaborate": _words("on"),
    "vow": _words("on"),
    "commit": _words("to"),
    "tell": _words("of about"),
    "worry": _words("about"),
}
"""Verbs whose prepositional object is the content, with their prepositions."""

NOUNS = _words(
    """
    claim statement assertion allegation accusation warning vow pledge promise threat demand call insistence refusal
    offer belief view position argument suggestion announcement declaration hope fear concern contention proposal
    assurance complaint prediction admission denial
    """
)
"""Nouns of saying whose clause, infinitive or "for" phrase is the content."""

LIGHT = _words(
    "make issue repeat reiterate renew express voice give deliver release send raise have include contain drop abandon back"
)
"""Verbs that lend their subject to a noun of saying: "issued a call for"."""

TALKS = _words(
    """
    talk negotiation negotiate cease-fire ceasefire truce armistice peace deal agreement accord settlement dialogue mediation mediate
    mediator summit conference proposal plan table diplomacy diplomatic overture compromise concession reconciliation pact
    treaty process initiative roadmap cessation hostilities détente rapprochement peacemaking broker round delegation
    negotiator envoy
    """
)
"""Words that show that a predicate concerns negotiations."""

TALKS_STRICT = _words(
    """
    talk negotiation negotiate cease-fire ceasefire truce armistice peace dialogue mediation mediate mediator diplomacy
    overture settlement reconciliation cessation détente rapprochement peacemaking accord compromise
    """
)
"""The same for predicates that mean nothing by themselves."""

NARRATED = _words(
    """
    refuse decline boycott accept reject agree oppose object seek want demand hope plan propose offer push press back
    support favor favour host broker mediate invite shun resist spurn embrace scrap cancel suspend abandon quit
    abrogate sign ratify honour honor derail block stall torpedo insist pursue resume intend encourage convene
    propose welcome rebuff ignore snub walk drop endorse negotiate participate approve
    attend join withdraw pull postpone
    """
)
"""Verbs by which an article itself tells a stand on negotiations."""

WILLING = _words(
    "ready willing unwilling reluctant prepared open opposed committed intent keen eager hesitant loath determined adamant"
)
"""Adjectives that state a stand: "is ready to"."""

STANCE_NOUNS = _words(
    "willingness readiness reluctance unwillingness overture effort interest priority commitment desire intention refusal appetite pressure"
)
"""Nouns that state a stand as objects: "has shown willingness to"."""

ROLE = _words(
    """
    president premier minister secretary chief leader head chairman chairwoman chair director spokesman spokeswoman
    spokesperson ambassador envoy diplomat official general commander colonel major captain lieutenant sergeant admiral
    senator congressman congresswoman representative lawmaker mp governor mayor king queen prince princess sheikh emir
    sultan pope bishop archbishop cardinal imam rabbi ayatollah cleric pastor reverend priest chancellor candidate nominee
    analyst expert professor researcher scholar economist historian lawyer attorney judge justice prosecutor
    activist dissident negotiator mediator adviser advisor aide strategist pollster author writer journalist reporter
    correspondent columnist editor anchor host founder co-founder owner boss ceo executive manager coordinator doctor surgeon
    physician nurse medic teacher student farmer resident witness officer soldier fighter rebel veteran refugee politician
    statesman deputy vice-president president-elect billionaire businessman businesswoman mogul tycoon
    coach player singer actor actress artist musician father mother son daughter brother sister wife husband widow
    woman man boy girl speaker member delegate counsel consultant worker driver incumbent democrat republican
    """
)
"""Nouns that stand for a person by role."""

FEMALE_ROLE = _words(
    "spokeswoman chairwoman congresswoman queen princess actress mother daughter sister wife widow woman girl businesswoman "
    "mrs ms miss madam lady dame baroness duchess countess aunt niece grandmother"
)
MALE_ROLE = _words(
    "spokesman chairman congressman king prince actor father son brother husband man boy businessman mr sir lord "
    "sheikh emir sultan pope bishop archbishop imam ayatollah rabbi baron duke count uncle nephew grandfather statesman"
)

INSTITUTION = _words(
    """
    ministry government agency department office council commission committee group organisation organization party army
    military police force administration parliament court union alliance coalition bank company embassy foundation
    institute movement militia body network newspaper paper magazine station broadcaster channel outlet watchdog
    authority bloc league delegation opposition presidency cabinet bureau center centre university campaign team firm
    charity monitor observatory service house board panel firm regime country nation state media faction
    """
)
"""Nouns that stand for an institution."""

DOCUMENT = _words(
    "statement report letter resolution declaration communique communiqué release article study survey poll document memo post tweet text"
)
"""Nouns for texts through which their authors speak."""

TITLES = _words(
    """
    mr mrs ms miss dr prof sir lord lady dame baroness sen rep gov gen lt col maj capt sgt cmdr adm brig cpl rev fr hon
    president vice-president premier prime minister secretary chancellor senator congressman congresswoman governor
    mayor king queen prince princess sheikh sheik emir sultan pope bishop archbishop cardinal imam ayatollah general
    colonel major captain lieutenant sergeant admiral commander brigadier judge justice professor doctor father sister
    reverend rabbi ambassador representative pastor mullah maulana deputy chief spokesman spokeswoman spokesperson
    """
)
"""Words before a name that are no part of it, without their full stops."""

FEMALE_NAMES = _words(
    """
    mary patricia jennifer linda elizabeth barbara susan jessica sarah sara karen nancy lisa betty margaret sandra ashley kimberly
    emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy
    angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine
    maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea
    cheryl hannah jacqueline martha gloria teresa ann anne annie madison frances kathryn janice jean abigail alice julia judy
    sophia sophie grace denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla
    alexis lori hillary hilary chelsea ivanka melania huma kellyanne nikki susana jill jane kate katie elena olga irina
    natalia svetlana tatiana yulia oksana ekaterina marina ludmila fatima aisha leila layla amina khadija zainab mariam
    maryam yasmin nadia hanan samira rania noura nour salma dalia sari tzipi ayelet miri golda yael noa tamar rivka shira
    federica angela ursula claudia petra ingrid greta astrid birgit annegret carla chiara giulia paola lucia carmen
    pilar rosa ana ines isabel beatriz dilma cristina eva agnes monika katarzyna ewa mei ling yoko yuki akiko sakura
    priya indira sonia sushma benazir hina malala jacinda theresa nicola priti jen jenny wendy tracy tammy gina erin
    peggy phyllis louise valerie yvonne vanessa veronica monica naomi miriam esther judy leslie lindsay lindsey kathy cathy debbie
    """
)
"""Common given names of women, in several languages, to choose between "he" and "she"."""

MALE_NAMES = _words(
    """
    james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony mark
    donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary
    nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander frank patrick raymond
    jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan jeremy harold keith
    christian roger noah gerald carl terry sean austin arthur lawrence jesse dylan bryan joe jordan billy bruce albert
    willie gabriel logan alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip phillip johnny
    barack bill tim mike jim tom bob ted ben sam dan chris tony greg jeff steve dave rick rob ron ken don doug phil ray
    rudy newt mitt bernie marco jeb chuck harry boris nigel jeremy gordon simon ian neil graham martin colin hugh alistair
    vladimir sergei sergey dmitry dmitri mikhail igor ivan oleg viktor nikolai alexei andrei yuri pavel petro leonid konstantin
    mohammed mohammad muhammad mohamed mahmoud ahmed ahmad ali hassan hussein hossein omar khalid ibrahim mustafa yusuf youssef
    abdullah abdul bashar hamid karim tariq walid saad samir nabil jamal kamal faisal salman rashid riad recep
    benjamin moshe avigdor ehud yitzhak ariel shimon yair naftali isaac jacob avi dov emmanuel francois jean pierre jacques
    michel nicolas laurent gerard hans jurgen klaus wolfgang gerhard helmut olaf jens sven lars anders antonio silvio
    matteo giuseppe luigi mario paolo carlos luis jorge fernando pedro pablo miguel rafael javier hugo juan lech
    jaroslaw andrzej piotr viktor zoltan narendra rajiv imran nawaz pervez hamid ashraf shinzo junichiro taro
    """
)
"""Common given names of men, likewise."""
