"""A notice as plain text, to be pasted where there is only a box to type in."""

from . import words


def notice(facts: dict) -> str:
    """The whole notice, a line for each fact; full-width spaces, because others vanish when pasted."""
    return "\n".join(line for part in (_head, _facts, _matters, _foot) for line in part(facts)) + "\n"


def station(facts: dict) -> str:
    """A station's coming visits, one after the other."""
    return "\n".join(line for part in (_list_head, _rows, _list_foot) for line in part(facts)) + "\n"


def _head(facts):
    yield ("【草稿，未公布】" if facts["is_draft"] else "") + facts["title"]
    if facts["number"]:
        yield facts["number"]
    yield ""
    if facts["mark"] == words.CANCELLED:
        yield f"本次安排已取消，请不要前往。原因：{facts['reason']}"
        yield ""
    for change in facts["changes"]:
        yield f"变更　{change_words(change)}"
    if facts["changes"]:
        if facts["reason"]:
            yield f"变更原因：{facts['reason']}"
        yield ""


def change_words(change: dict) -> str:
    """地点：原为甲，改为乙."""
    if not change["old"]:
        return f"{change['label']}：增加{change['new']}"
    if not change["new"]:
        return f"{change['label']}：{change['old']}不参加"
    return f"{change['label']}：原为{change['old']}，改为{change['new']}"


def _facts(facts):
    if facts["theme"]:
        yield f"主题：{facts['theme']}"
    yield f"类别：{facts['kind']}"
    yield f"{'原定' if facts['mark'] == words.CANCELLED else ''}时间：{facts['date']}{facts['time']}"
    yield f"地点：{facts['place']}" + (f"（{facts['address']}）" if facts["address"] else "")
    yield f"{facts['people_label']}：{facts['people_none']}"
    for person in facts["people"]:
        yield "　　" + person_words(person)
    if facts["people_more"]:
        yield f"　　{facts['people_more']}"


def person_words(person: dict) -> str:
    """张三（市人大代表、区人大代表，花园路小学 校长）."""
    about = "，".join(filter(None, [person["level"], person["post"]]))
    return f"{person['name']}（{about}）" if about else person["name"]


def _matters(facts):
    yield f"可以反映：{facts['topics']}"
    yield f"不予受理：{refused_words(facts)}"


def refused_words(facts: dict) -> str:
    places = "；".join(f"{office}（{matter}）" for matter, office in facts["where_to"])
    return f"{facts['refused']}{places}。{facts['advice']}"


def _foot(facts):
    if facts["phone"]:
        yield f"联络站电话：{facts['phone']}"
    yield f"详情：{facts['url']}"
    yield from _signed(facts)


def _signed(facts):
    yield ""
    yield facts["issuer"]
    if facts["issued_on"]:
        yield facts["issued_on"]


def _list_head(facts):
    yield ("【草稿，未公布】" if facts["is_draft"] else "") + facts["title"]
    yield facts["station"]
    yield ""


def _rows(facts):
    for number, row in enumerate(facts["rows"], 1):
        yield f"{number}. {row['date']}{row['time']}"
        yield "　　" + (f"【{row['flag']}】" if row["flag"] else "") + what_words(row)
        if row["mark"] == words.CANCELLED:
            yield f"　　{off_words(row)}"
        else:
            yield from (f"　　变更　{change_words(change)}" for change in row["changes"])
            yield f"　　地点：{row['spot']}"
            yield f"　　{row['people_label']}：{row['who']}"
    yield from filter(None, [facts["none"], facts["more"]])
    yield ""


def what_words(row: dict) -> str:
    """物业服务（统一接待选民日）; where no theme was named, what kind it is."""
    named = row["theme"] and row["theme"] != row["kind"]
    return f"{row['theme']}（{row['kind']}）" if named else row["kind"]


def off_words(row: dict) -> str:
    return f"请不要前往。原因：{row['reason']}"


def _list_foot(facts):
    yield from _matters(facts)
    for label, name in (("联络站地址", "address"), ("开放时间", "hours"), ("联络站电话", "phone")):
        if facts[name]:
            yield f"{label}：{facts[name]}"
    yield f"最新安排：{facts['url']}"
    yield from _signed(facts)
