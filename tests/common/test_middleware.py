import pytest

ADD = "/desk/visits/add/"


@pytest.mark.parametrize(
    ("query", "form"), [({"q": "\0"}, None), ({"station": "\0"}, None), ({}, {"representatives": "\0"})]
)
def test_what_the_database_cannot_hold_is_bad_input_and_no_crash(as_, liaison, other_station, district, query, form):
    client = as_(liaison if form else district)
    page = client.post(ADD, form) if form else client.get(ADD, query)
    assert page.status_code == 400
    assert "这个请求无法处理" in page.content.decode()
