"""Names as people look for them: any script, pinyin, initials; and words cut small enough for a search column."""

import re
import unicodedata
from functools import lru_cache

import opencc
from pypinyin import Style, lazy_pinyin

KEY_LENGTH = 80
MOST_KEYS = 24
LONGEST_PERSONAL_NAME = 4  # characters; longer Chinese names are those of companies

HAN = "㐀-䶿一-鿿豈-﫿𠀀-𪛟"
RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
HAN_RUN = re.compile(rf"[{HAN}]+")

# Variants that the converter leaves alone.
ALSO_SIMPLIFIED = {"著": "着", "衞": "卫", "邨": "村", "栢": "柏", "锺": "钟"}

# As a surname these sound otherwise than the dictionary's first reading; two where families differ.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "翟": "zhai",
    "朴": "piao pu",
    "盖": "ge gai",
    "乐": "yue le",
    "覃": "qin tan",
    "召": "shao",
    "洗": "xian",
    "秘": "bi mi",
    "缪": "miao",
    "繁": "po",
    "员": "yun",
    "折": "she",
    "种": "chong",
    "薄": "bo",
    "重": "chong",
    "佴": "nai",
    "祭": "zhai",
    "牟": "mou mu",
    "费": "fei bi",
    "隗": "wei kui",
    "郇": "xun huan",
    "黑": "he hei",
    "适": "kuo",
    "都": "du",
    "柏": "bai bo",
    "么": "yao",
    "卜": "bu",
}
COMPOUND = re.compile(
    "万俟|尉迟|澹台|单于|长孙|令狐|欧阳|司马|上官|诸葛|东方|皇甫|慕容|司徒|夏侯|公孙|宇文|端木|钟离"
)
# Families in pinyin, then as they are written in Hong Kong and overseas.
FAMILIES = (
    "an bai bao bi bian cai cao cen chang chen cheng chi chu cui dai deng di ding dong dou du duan fan fang fei feng fu gan "
    "gao ge geng gong gu guan guo han hao he hong hou hu hua huang huo ji jia jian jiang jiao jin jing kang ke kong lai lan "
    "lei li lian liang liao lin ling liu long lou lu luo lv lyu ma mao mei meng mi miao min mo mou mu ni nie ning niu ou pan "
    "pang pei peng pu qi qian qiang qiao qin qiu qu quan ran rao ren rong ruan shan shao shen sheng shi shu si song su sun "
    "tan tang tao teng tian tong tu wan wang wei wen weng wu xi xia xian xiang xiao xie xin xing xiong xu xue yan yang yao "
    "ye yi yin ying you yu yuan yue yun zeng zhai zhan zhang zhao zhen zheng zhong zhou zhu zhuang zhuo zong zou zuo "
    "au chan cheung chiu choi chow chung fong fung ho hui kan ko kwan kwok kwong lam lau law lee leung lo lui mak mok ng ngai "
    "poon shum sin siu szeto tam tsang tse tsui wong yeung yip yuen yung"
)
SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|[aeiouvü])"
)
PINYIN = re.compile(f"{SYLLABLE}(?:['-]?{SYLLABLE}){{0,2}}")


def fold(text: str) -> str:
    """The text without differences of width, case and script: ＡＢＣ and abc, 電梯 and 电梯 become one."""
    # Again after the small letters: some of them are put together from two signs.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return text.translate(_simplified())


def search_keys(name: str) -> list[str]:
    """The beginnings by which a name is found.

    陈大文: 陈大文, 大文, chendawen, dawen, cdw. Tai Man Chan: from any of its words on, and tmc.
    """
    folded = _one_line(name)
    runs = RUN.findall(folded)
    keys = [folded, "".join(runs)]
    for at, run in enumerate(runs):
        keys += [" ".join(runs[at:]), run]
        if HAN_RUN.fullmatch(run):
            keys += _chinese_keys(run)
    if len(runs) > 1:
        keys += _all_spoken(runs)
    return _tidy(keys)[:MOST_KEYS]


def query_keys(text: str) -> list[str]:
    """What to look for among the keys when this was typed: as it is, and in one word (chen da wen → chendawen)."""
    folded = _one_line(text)
    runs = RUN.findall(folded)
    return _tidy([folded, " ".join(runs), "".join(runs)])


def bigrams(text: str) -> str:
    """漏水了 abc → "漏水 水了 abc", for a column that is searched by words."""
    return " ".join(bigram_query(text))


def bigram_query(text: str) -> list[str]:
    """One phrase for each Chinese run or Latin word of a query; a text fits that has them all."""
    return [_pairs(run) for run in RUN.findall(fold(text))]


def _one_line(name: str) -> str:
    # The blank in 陈 大文 is only for the eye.
    return re.sub(rf"(?<=[{HAN}]) (?=[{HAN}])", "", " ".join(fold(name).split()))


def _tidy(keys: list[str]) -> list[str]:
    return [key for key in dict.fromkeys(key[:KEY_LENGTH].strip() for key in keys) if key]


def _pairs(run: str) -> str:
    if len(run) == 1 or not HAN_RUN.fullmatch(run):
        return run
    return " ".join(run[at : at + 2] for at in range(len(run) - 1))


def _chinese_keys(run: str) -> list[str]:
    spoken, initials = _spoken(run)
    keys = [*spoken, initials] if len(run) > 1 else spoken
    family = _family(run)
    if len(family) < len(run) <= LONGEST_PERSONAL_NAME:
        given = run[len(family) :]
        keys += [given, *_latin(given)]
    return keys


def _all_spoken(runs: list[str]) -> list[str]:
    """A name of several words, said in one breath, and its initials: 陈 大文 → chendawen, cdw."""
    said, initials = "", ""
    for run in runs:
        if HAN_RUN.fullmatch(run):
            spoken, first = _spoken(run)
            said, initials = said + spoken[0], initials + first
        else:
            said, initials = said + run, initials + run[0]
    return [said, initials]


def _spoken(run: str) -> tuple[list[str], str]:
    """All pinyin spellings of a Chinese name, the likeliest first, and its initials."""
    family = _family(run)
    given = run[len(family) :]
    is_person = len(run) <= LONGEST_PERSONAL_NAME
    families = (is_person and SURNAMES.get(family, "").split()) or _latin(family)
    spoken = [first + rest for first in families for rest in (_latin(given) or [""])]
    letters = lazy_pinyin(run, style=Style.FIRST_LETTER)
    letters[0] = families[0][0]
    return spoken, "".join(letter[:1] for letter in letters)


def _family(run: str) -> str:
    return run[:2] if len(run) > 2 and COMPOUND.match(run) else run[:1]


def _latin(han: str) -> list[str]:
    """Pinyin in one word; ü is typed v, u or yu (passports)."""
    written = "".join(lazy_pinyin(han))
    return (
        list(dict.fromkeys((written, written.replace("v", "u"), written.replace("v", "yu")))) if han else []
    )


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """One character to one: with whole phrases a word would fold otherwise alone than in its sentence."""
    characters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    convert = opencc.OpenCC("t2s").convert
    # Twice, as a few characters are simplified in two steps.
    plain = convert(convert("\n".join(characters))).split("\n")
    pairs = {a: ALSO_SIMPLIFIED.get(b, b) for a, b in zip(characters, plain, strict=True)}
    return {ord(a): b for a, b in pairs.items() if a != b}


def surname_of(name: str, other: str = "") -> str:
    """What somebody is greeted by, and no more: 王 of 王建国, Wang of Wang Jianguo / 王建国, Smith of Ann Smith.

    Of Latin letters alone the first word is taken where it is a Chinese family's and the rest are given names in pinyin
    or in three words (Wang Jianguo, Chan Tai Man), or where capitals or a comma set it apart; else the last.
    """
    words = name.replace(",", " ").split()
    han = next((text for text in (name.strip(), other.strip()) if HAN_RUN.match(text)), "")
    if not han:
        return _latin_surname(name, words)
    compound = COMPOUND.match(han)
    surname = compound.group() if compound else han[0]
    sounds = {*SURNAMES.get(surname, "").split(), "".join(lazy_pinyin(surname))}
    return next((word for word in words if word.lower() in sounds), surname)


def _latin_surname(name: str, words: list[str]) -> str:
    if len(words) < 2:
        return words[0] if words else ""
    before_comma = name.partition(",")[0].split() if "," in name else []
    in_capitals = [word for word in words if word.isupper() and len(word) > 1]
    if before_comma:
        return before_comma[-1]
    if in_capitals and len(in_capitals) < len(words):
        return in_capitals[-1]
    first, *rest = (word.lower() for word in words)
    is_chinese = len(rest) == 2 or all(PINYIN.fullmatch(word) for word in rest)
    return words[0] if is_chinese and first in _families() else words[-1]


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    """How the usual families' names are written in Latin letters."""
    compounds = COMPOUND.pattern.split("|")
    return frozenset((*FAMILIES.split(), *("".join(lazy_pinyin(family)) for family in compounds)))
