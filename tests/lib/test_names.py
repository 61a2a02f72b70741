import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.names import (
    KEY_LENGTH,
    MOST_KEYS,
    bigram_query,
    bigrams,
    fold,
    query_keys,
    search_keys,
    surname_of,
)


def finds(query, name):
    return any(key.startswith(asked) for asked in query_keys(query) for key in search_keys(name))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("電梯", "电梯"),
        ("陳大文", "陈大文"),
        ("ＡＢＣ　１２", "abc 12"),
        ("STRASSE", "straße"),
        ("衞生間", "卫生间"),
        ("著火", "着火"),
        ("樂富邨", "乐富村"),
        ("\u212a", "k"),
    ],
)
def test_two_writings_fold_into_one(one, other):
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(
    st.text("電梯漏水乾隆頭髮发后後裏陳abc ", max_size=12),
    st.text("電梯漏水乾隆頭髮发后後裏陳abc ", max_size=12),
)
def test_a_part_folds_as_it_does_within_the_whole(one, other):
    assert fold(one + other) == fold(one) + fold(other)


@pytest.mark.parametrize(
    "query",
    [
        "陈大文",
        "陳大文",
        "陈",
        "大文",
        "陈 大文",
        "chendawen",
        "Chen Dawen",
        "chen da wen",
        "dawen",
        "cdw",
        "chend",
        "ＣＤＷ",
    ],
)
@pytest.mark.parametrize("name", ["陈大文", "陳大文", "陈 大文"])
def test_a_chinese_name_is_found_by_script_pinyin_and_initials(query, name):
    assert finds(query, name)


@pytest.mark.parametrize("query", ["文", "wen", "chenda文", "陈小文", "大 陈", "cw"])
def test_a_chinese_name_is_not_found_by_something_else(query):
    assert not finds(query, "陈大文")


@pytest.mark.parametrize(
    "query", ["Tai Man Chan", "tai", "man", "chan", "tai man", "man chan", "taiman", "tmc", "CHAN"]
)
def test_an_english_name_is_found_by_each_word_and_its_initials(query):
    assert finds(query, "Tai Man Chan")


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("单雄信", "shanxiongxin"),
        ("曾志偉", "zengzhiwei"),
        ("仇英", "qiuying"),
        ("解缙", "xiejin"),
        ("區志強", "ouzhiqiang"),
        ("查良镛", "zhaliangyong"),
        ("翟志刚", "zhaizhigang"),
        ("覃秋", "qinqiu"),
        ("覃秋", "tanqiu"),
        ("朴树", "piaoshu"),
        ("万俟卨", "moqixie"),
        ("单于雄", "chanyuxiong"),
        ("尉迟恭", "yuchigong"),
        ("吕布", "lvbu"),
        ("吕布", "lubu"),
        ("吕布", "lyubu"),
    ],
)
def test_surnames_are_spoken_as_families_speak_them(name, spoken):
    assert spoken in search_keys(name)


def test_initials_follow_the_surname():
    assert "zzw" in search_keys("曾志伟")
    assert "oyx" in search_keys("欧阳修")
    assert "修" in search_keys("欧阳修")


def test_a_company_is_not_spoken_as_a_family():
    assert "jiefanglubianlidian" in search_keys("解放路便利店")


def test_a_name_in_two_scripts_is_found_by_both():
    for query in ("陈peter", "peter", "chenpeterdawen", "dawen"):
        assert finds(query, "陈Peter大文")


@given(st.text(max_size=300))
def test_keys_are_few_short_and_fit_their_own_name(name):
    keys = search_keys(name)
    assert len(keys) == len(set(keys)) <= MOST_KEYS
    assert all(0 < len(key) <= KEY_LENGTH for key in keys)
    assert not query_keys(name) or query_keys(name)[0] in keys


def test_chinese_is_cut_into_pairs_and_words_stay_whole():
    assert bigrams("電梯漏水，坏 at 3AM") == "电梯 梯漏 漏水 坏 at 3am"
    assert bigram_query("電梯漏水 AM") == ["电梯 梯漏 漏水", "am"]
    assert bigrams("") == ""
    assert bigram_query("，。!") == []


@given(st.text("漏水电梯坏了ab1 ，", min_size=1, max_size=20), st.data())
def test_every_run_of_a_text_is_found_again_in_its_column(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start, len(text)))]
    assert all(phrase in bigrams(text) for phrase in bigram_query(part))


@pytest.mark.parametrize(
    ("name", "other", "surname"),
    [
        ("Wang Jianguo", "王建国", "Wang"),
        ("Jianguo Wang", "王建国", "Wang"),
        ("王建国", "", "王"),
        ("欧阳娜娜", "Ouyang Nana", "欧阳"),
        ("Andy Lau", "劉德華", "劉"),
        ("Ann Smith", "", "Smith"),
        ("Cher", "", "Cher"),
        ("Wang Jianguo", "", "Wang"),
        ("Jianguo Wang", "", "Wang"),
        ("Li Min", "", "Li"),
        ("Zhang Xi'an", "", "Zhang"),
        ("Ouyang Nana", "", "Ouyang"),
        ("Chan Tai Man", "", "Chan"),
        ("Andy Lau", "", "Lau"),
        ("Mo Farah", "", "Farah"),
        ("Jianguo WANG", "", "WANG"),
        ("DE SOUZA Ana", "", "SOUZA"),
        ("Smith, Ann", "", "Smith"),
        (", ", "", ""),
        ("", "", ""),
    ],
)
def test_a_surname_is_all_that_a_greeting_needs(name, other, surname):
    assert surname_of(name, other) == surname
