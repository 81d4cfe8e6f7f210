"""What the database refuses of rounds and accounts, whatever the code does."""

GUARD_ACTUAL = """
CREATE OR REPLACE FUNCTION projects_guard_actual() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- A date that was achieved is taken back only together with what keeps it: the row of its round, or the event of its correction.
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM projects_milestoneround r WHERE r.milestone_id = NEW.id AND r.achieved_on = OLD.actual_on AND r.round = OLD.round
            AND r.transaction_id = pg_current_xact_id()::text::bigint
    ) AND NOT EXISTS (
        SELECT 1 FROM audit_event e WHERE e.kind = 'milestone.corrected' AND e.object_id = NEW.id::text
            AND e.transaction_id = pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'Milestone % was achieved on %: it is opened again only by a loop, a return or a correction', NEW.key, OLD.actual_on
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_actual ON projects_milestone;
CREATE CONSTRAINT TRIGGER projects_guard_actual AFTER UPDATE ON projects_milestone DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.actual_on IS NOT NULL AND NEW.actual_on IS NULL) EXECUTE FUNCTION projects_guard_actual();
"""

GUARD_SHARES = """
CREATE OR REPLACE FUNCTION projects_guard_shares() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- Checked at the end of the transaction, because the shares are written one after the other.
DECLARE
    days integer;
    shared integer;
BEGIN
    SELECT p.days INTO days FROM projects_publication p WHERE p.id = NEW.publication_id;
    SELECT sum(s.days) INTO shared FROM projects_publicationshare s WHERE s.publication_id = NEW.publication_id;
    IF shared <> days THEN
        RAISE EXCEPTION 'The shares of publication % add up to % days, not to %', NEW.publication_id, shared, days
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_shares ON projects_publicationshare;
CREATE CONSTRAINT TRIGGER projects_guard_shares AFTER INSERT ON projects_publicationshare DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION projects_guard_shares();
"""

INSTALL = GUARD_ACTUAL + GUARD_SHARES
REMOVE = "\n".join(f"DROP FUNCTION IF EXISTS projects_guard_{name} CASCADE;" for name in ("actual", "shares"))
