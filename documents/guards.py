"""The database refuses what the services never do, also when a session switches other triggers off.

Plain SQL without pgtrigger's ignore clause: the moves of a version's state, how a version begins, and any change of
content once it is in review.
"""

INSTALL = """
CREATE FUNCTION documents_guard_version() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.effective_at IS NOT NULL OR (NEW.source, NEW.state) NOT IN (('generated', 'queued'), ('uploaded', 'draft')) THEN
            RAISE EXCEPTION 'A document version cannot begin as % (%)', NEW.state, NEW.source;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('queued', 'rendering'), ('queued', 'failed'), ('queued', 'superseded'),
        ('rendering', 'draft'), ('rendering', 'queued'), ('rendering', 'failed'), ('rendering', 'superseded'),
        ('failed', 'queued'), ('failed', 'superseded'),
        ('draft', 'queued'), ('draft', 'in_review'), ('draft', 'superseded'),
        ('in_review', 'draft'), ('in_review', 'effective'),
        ('effective', 'superseded')
    ) THEN
        RAISE EXCEPTION 'A document version does not move from % to %', OLD.state, NEW.state;
    END IF;
    IF OLD.state IN ('in_review', 'effective', 'superseded') AND (
        (NEW.document_id, NEW.number, NEW.source, NEW.language, NEW.reason, NEW.snapshot, NEW.narrative,
         NEW.template_version, NEW.content_hash)
        IS DISTINCT FROM
        (OLD.document_id, OLD.number, OLD.source, OLD.language, OLD.reason, OLD.snapshot, OLD.narrative,
         OLD.template_version, OLD.content_hash)
    ) THEN
        RAISE EXCEPTION 'The content of a document version in state % cannot be changed', OLD.state;
    END IF;
    IF NEW.effective_at IS DISTINCT FROM OLD.effective_at AND (OLD.state, NEW.state) IS DISTINCT FROM ('in_review', 'effective') THEN
        RAISE EXCEPTION 'A document version becomes effective only by its last signature';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE TRIGGER documents_guard_version BEFORE INSERT OR UPDATE ON documents_documentversion
    FOR EACH ROW EXECUTE FUNCTION documents_guard_version();
"""
REMOVE = """
DROP TRIGGER documents_guard_version ON documents_documentversion;
DROP FUNCTION documents_guard_version();
"""
