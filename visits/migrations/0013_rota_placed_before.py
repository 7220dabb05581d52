from django.db import migrations

# Whoever is still there and was there when a plan was accepted came by that plan, or by one before it.
LINK = """
UPDATE visits_rotaseat seat SET attendance_id = there.id
  FROM visits_rotaslot slot, visits_attendance there
 WHERE seat.slot_id = slot.id AND NOT seat.is_fixed AND slot.accepted_at IS NOT NULL
   AND there.visit_id = slot.visit_id AND there.representative_id = seat.representative_id
   AND EXISTS (SELECT FROM visits_attendanceevent event
                WHERE event.pgh_obj_id = there.id AND event.pgh_label = 'insert'
                  AND event.pgh_created_at <= slot.accepted_at)
"""


class Migration(migrations.Migration):
    """Seats of plans that were accepted before seats knew what accepting made of them."""

    dependencies = [("visits", "0012_rota_placed")]

    operations = [migrations.RunSQL(LINK, migrations.RunSQL.noop)]
