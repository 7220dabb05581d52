from django.db import migrations

CREATE = """
CREATE FUNCTION liaison_context_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.created_at = OLD.created_at
       AND NEW.metadata @> jsonb_strip_nulls(OLD.metadata) THEN
        RETURN NEW;  -- a request learns more about itself, such as who just signed in
    END IF;
    RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'liaison_words', MESSAGE = '历史记录不能修改或删除';
END
$$;
CREATE TRIGGER liaison_context_kept BEFORE UPDATE OR DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION liaison_context_kept();
"""
DROP = """
DROP TRIGGER liaison_context_kept ON pghistory_context;
DROP FUNCTION liaison_context_kept();
"""


class Migration(migrations.Migration):
    """Who did it, and in which request, is as unchangeable as what was done: pghistory guards its events only."""

    dependencies = [("accounts", "0001_initial"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [migrations.RunSQL(CREATE, DROP)]
