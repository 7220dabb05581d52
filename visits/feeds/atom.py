"""Atom 1.0: what was published, changed or cancelled last."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from .contents import Item, when
from .ics import Head, text, uid


def written(head: Head, items: Iterable[Item], base: str) -> bytes:
    feed = Atom1Feed(
        title=head.name, link=head.page, description=head.words, language=settings.LANGUAGE_CODE, feed_url=head.source,
        feed_guid=head.source, author_name=settings.SITE["host_unit"] or settings.SITE["name"],
    )  # fmt: skip
    for item in items:
        hours = when(item.starts_at, item.ends_at)
        lines = (_("时间：%s") % hours, _("地点：%s") % item.where, *item.lines)
        feed.add_item(
            title=text(f"{hours} {item.heading}"), link=f"{base}{item.path}",
            unique_id=f"urn:uuid:{uid(item.public_id)}",
            description="<br>".join(escape(text(line)) for line in lines), pubdate=item.created_at,
            updateddate=item.changed_at, categories=[item.kind],
        )  # fmt: skip
    return feed.writeString("utf-8").encode()
