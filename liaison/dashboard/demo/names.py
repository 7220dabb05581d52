"""Invented names. Given names are chosen away from those of known people."""

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
RARE_SURNAMES = "禤禚逄訾昝缑蔺郗仝卞綦亓妫乜"
LONG_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "慕容", "东方", "令狐", "申屠")
GIVEN = {  # two characters each
    "male": (
        "立诚守正景行文博志远建业明哲国栋浩然思齐恒毅承泽鸿飞庆丰宏图向荣子墨俊川海峰树勋长河耀川卫东润泽"
        "延年知行怀瑾望舒云帆书衡中原松涛培林学礼广平开济维周新民永康振声秉文致和嘉木清源景和朝阳少卿世昌"
        "德润玉川雨辰元朗砚秋凌霄正阳翰林博涛继文启元铭轩伯言兆丰稼轩廷瑞"
    ),
    "female": (
        "静怡淑娴慧敏雅琴晓彤春燕秋兰玉洁梦瑶若兰思源佳宁文静婉清月华惠芳秀英素梅雪晴红霞艳萍书妍心怡念慈"
        "含章令仪芷若采薇疏影知夏晚晴慕青瑞雪咏梅彩云桂香凤仪丽君亚楠新月欣然云舒语桐安然一诺清和映雪海棠"
        "荷清锦书妙音若溪映红巧云金枝凌波如意佩玲琼芳岚清沛涵静姝雁南书意"
    ),
}
SHORT_GIVEN = {
    "male": "朔昀骁岑淼桐瀚烨衡峤垒湛骥旸颢澍",
    "female": "岚筠荻珂苒彤琬蓁岑沅黛芮嫣瑗漪菡",
}
RARE_GIVEN = {"male": "喆垚赟犇珩昶堃燚", "female": "昳媛璟玥婠懿翯翀"}


def invent(rng: Random, sex: str) -> str:
    """One name: mostly three characters, sometimes two, seldom four or with a rare character."""
    chance = rng.random()
    if chance < 0.03:
        return rng.choice(LONG_SURNAMES) + given(rng, sex)
    surname = rng.choice(RARE_SURNAMES) if chance < 0.05 else weighted_surname(rng)
    if chance < 0.20:
        return surname + rng.choice(SHORT_GIVEN[sex])
    if chance < 0.24:
        return surname + rng.choice(RARE_GIVEN[sex])
    return surname + given(rng, sex)


def given(rng: Random, sex: str) -> str:
    place = 2 * rng.randrange(len(GIVEN[sex]) // 2)
    return GIVEN[sex][place : place + 2]


def weighted_surname(rng: Random) -> str:
    """The front of the list comes oftener, as in the country."""
    return SURNAMES[int(len(SURNAMES) * rng.random() ** 1.8)]


def people(rng: Random, count: int) -> list[tuple[str, str]]:
    """`count` names with their sex, all different while there are enough to be had."""
    taken: dict[str, str] = {}
    for _ in range(count * 40):
        if len(taken) == count:
            break
        sex = "female" if rng.random() < 0.38 else "male"
        taken.setdefault(invent(rng, sex), sex)
    found = list(taken.items())
    while len(found) < count:
        sex = "female" if rng.random() < 0.38 else "male"
        found.append((invent(rng, sex), sex))
    return found
