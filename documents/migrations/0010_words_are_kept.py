"""The words of versions and of files' texts stand in a column that the database derives; see documents/words.py."""

from django.db import migrations

KEEP = """
ALTER TABLE documents_documentversion ADD COLUMN words tsvector GENERATED ALWAYS AS (
    CASE
        WHEN octet_length(snapshot::text) + octet_length(narrative::text) < 900000
            THEN jsonb_to_tsvector('english'::regconfig, snapshot, '["string"]'::jsonb)
                || jsonb_to_tsvector('english'::regconfig, narrative, '["string"]'::jsonb)
        WHEN octet_length(narrative::text) < 900000 THEN jsonb_to_tsvector('english'::regconfig, narrative, '["string"]'::jsonb)
        ELSE ''::tsvector
    END
) STORED;
CREATE INDEX document_version_words ON documents_documentversion USING gin (words);
ALTER TABLE documents_filetext ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, COALESCE(text, ''))) STORED;
CREATE INDEX file_text_kept_words ON documents_filetext USING gin (words);
"""
FORGET = """
ALTER TABLE documents_documentversion DROP COLUMN words;
ALTER TABLE documents_filetext DROP COLUMN words;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_texts_of_files")]

    operations = [
        migrations.RemoveIndex(model_name="documentversion", name="document_version_data_words"),
        migrations.RemoveIndex(model_name="documentversion", name="document_version_text_words"),
        migrations.RemoveIndex(model_name="filetext", name="file_text_words"),
        migrations.RunSQL(KEEP, FORGET),
    ]
