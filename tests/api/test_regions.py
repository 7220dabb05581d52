import pytest

URL = "/api/v1/regions/"


def codes(response) -> list[str]:
    assert response.status_code == 200, response.json()
    return [row["code"] for row in response.json()["results"]]


def test_row_names_its_parent(client, station):
    assert client.get(f"{URL}410105002001/").json() == {
        "code": "410105002001", "name": "甲院社区居民委员会", "short_name": "甲院社区", "level": 5,
        "level_label": "村级", "parent": "410105002",
    }  # fmt: skip


def test_filters_by_parent_level_and_name(client, station, other_station):
    assert codes(client.get(URL, {"parent": "410105"})) == ["410105002", "410105003"]
    assert codes(client.get(URL, {"parent": "410105002001"})) == []
    assert codes(client.get(URL, {"level": 3})) == ["410105"]
    assert codes(client.get(URL, {"q": "花园"})) == ["410105002"]
    assert codes(client.get(URL, {"q": "甲院"})) == []  # a nation's villages are searched under a parent only
    assert codes(client.get(URL, {"q": "甲院", "parent": "410105002"})) == ["410105002001"]


def test_pages_by_cursor_without_a_count(client, station, other_station):
    first = client.get(URL, {"page_size": 4}).json()
    rest = client.get(first["next"]).json()
    assert "count" not in first
    assert [row["code"] for row in first["results"] + rest["results"]] == [
        "41", "4101", "410105", "410105002", "410105002001", "410105003", "410105003001",
    ]  # fmt: skip
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"parent": "99"}, 400, {"parent": ["没有这个代码的行政区划"]}),
        ({"level": "street"}, 400, {"level": ["选择一个有效的选项。 street 不在可用的选项中。"]}),
        ({"after": "nonsense"}, 404, {"detail": "翻页的位置已经失效，请从头查询"}),
        ({"page_size": "0"}, 400, {"page_size": ["每页行数应为 1 到 200 的整数"]}),
    ],
)
def test_bad_input_is_told_in_words(client, station, query, status, words):
    response = client.get(URL, query)
    assert (response.status_code, response.json()) == (status, words)


def test_same_queries_for_one_row_and_three(client, station, other_station, count_queries):
    one = count_queries(lambda: client.get(URL, {"page_size": 1}))
    assert count_queries(lambda: client.get(URL, {"page_size": 3})) == one
