"""Given names, only to choose between "he" and "she" where an article does not tell."""

from __future__ import annotations

from peacestance.extraction.lexicon import word_set

FEMALE_NAMES = word_set(
    """
    abeba abigail agnes aisha akiko alejandra alexis alice almaz amal amanda amber amina amy ana anahit andrea
    angela ann anna anne annie aoife ashley astrid ayse barbara beatriz betty beverly birgit brenda bridget
    brittany carla carmen carol carolyn catherine cathy charlotte cheryl chiara chloe christina christine claire
    claudia cristina cynthia dalia danielle debbie deborah debra denise diana diane dina donna doris dorothy
    ekaterina elena elif elizabeth emily emine emma erin esther eva evelyn ewa fatima federica fiona frances
    gabriela gina giulia gloria golda grace greta halyna hanan hannah heather helen huda indira ines ingrid irina
    iryna isabel isabella jacqueline jane janet janice jean jen jennifer jenny jessica jill joan joyce judith judy
    julia julie karen katarzyna kate kateryna katherine kathleen kathryn kathy katie kayla kelly khadija kimberly
    larysa laura lauren layla leila leslie lina linda lindsay lindsey ling lisa lori louise lucia lucy ludmila
    lusine lyudmila margaret maria mariam mariana marie marilyn marina martha mary maryam megan mei melissa
    michelle miriam monica monika nadia nancy naomi natalia natalie nataliya nicola nicole nino noa nour noura
    oksana oleksandra olena olga olivia pamela paola patricia peggy petra phyllis pilar priya rachel rana rania
    rebecca rivka rosa ruth sakura salma samantha samia samira sandra sara sarah sari sharon shira shirley siobhan
    sonia sophia sophie stephanie susan svetlana tamar tammy tatiana teresa theresa tracy ursula valerie vanessa
    veronica victoria virginia wendy yael yasmin yoko yuki yulia yvonne zainab zehra zoe
    """
)
"""Given names common for women, in several languages."""

MALE_NAMES = word_set(
    """
    aaron abdul abdullah abebe adam ahmad ahmed ahmet alan albert alexander alexei ali alistair anders andrei
    andres andrew andriy andrzej anthony antonio ariel armen arthur ashraf austin avi ben benjamin bilal bill
    billy bob bobby boris brandon brian bruce bryan carl carlos charles chris christian christopher colin dan
    daniel dave david declan dennis diego dmitri dmitry dmytro don donald doug douglas dov dylan edward elijah
    elnur emmanuel emre eric ethan eugene faisal farid faris fernando francois frank gabriel gary george gerald
    gerard gerhard giorgi giuseppe gordon graham greg gregory hadi hamid hans harold harry hassan helmut henry
    hossein hugh hugo hussein ian ibrahim igor imran isaac ivan jack jacob jacques jamal james jaroslaw jason
    javier jean jeff jeffrey jens jeremy jerry jesse jim joe john johnny jonathan jordan jorge jose joseph joshua
    juan jurgen justin kamal karim keith ken kenneth kevin khalid klaus kofi konstantin kwame kyle larry lars
    laurent lawrence leo leonid levan liam logan louis lucas luigi luis mahdi mahmoud marco mario mark martin
    mateo matteo matthew mehmet michael michel miguel mike mikhail mohamed mohammad mohammed moshe muhammad
    mustafa mykola nabil nathan neil nicholas nicolas nigel nikolai noah olaf oleg oleksandr oliver omar pablo
    paolo patrick paul pavel pedro peter petro phil philip phillip pierre piotr rafael rajiv ralph randy rashid
    ray raymond riad richard rick rob robert roger ron ronald roy russell ryan saad salman sam samir samuel
    santiago scott sean sergei sergey serhiy shimon silvio simon stephen steve steven sven taras tariq ted terry
    tesfaye thomas tigran tim timothy tom tony tyler vasyl viktor vincent vladimir volodymyr walid walter wayne
    william willie wolfgang yair yevhen yitzhak yousef youssef yuri yusuf zachary zoltan
    """
)
"""Given names common for men, likewise."""
