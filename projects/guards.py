"""What the database itself refuses about projects, gates and every stateful row of this app. Plain SQL, installed by a migration.

Triggers of pgtrigger can be switched off by a session setting; these cannot. A change here takes a new migration that runs
INSTALL again: every statement may be repeated. A test keeps MOVES equal to the models' transitions.
"""

from __future__ import annotations

from itertools import pairwise

PHASE_ORDER = ("evaluation", "small_scale", "pilot", "validation", "commercial")
PHASE_FORWARD = tuple(f"{before}>{after}" for before, after in pairwise(PHASE_ORDER))
PHASE_BACK = tuple(f"{before}>{after}" for place, before in enumerate(PHASE_ORDER) for after in PHASE_ORDER[:place])

# (table, column): (the state in which a row begins, the moves it may make)
MOVES: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("projects_project", "phase"): ("evaluation", PHASE_FORWARD + PHASE_BACK),
    ("projects_project", "status"): (
        "active",
        ("active>on_hold", "on_hold>active", "active>cancelled", "on_hold>cancelled", "active>completed"),
    ),
    ("projects_gatereview", "state"): ("open", ("open>submitted", "submitted>open", "submitted>decided")),
    ("projects_gatecondition", "state"): (
        "proposed",
        ("proposed>open", "open>answered", "answered>open", "answered>met", "proposed>void", "open>void", "answered>void"),
    ),
    ("projects_gatewaiver", "state"): ("requested", ("requested>granted", "requested>refused", "requested>withdrawn")),
    ("projects_charter", "state"): ("draft", ("draft>issued",)),
    ("projects_rfp", "state"): ("draft", ("draft>submitted", "draft>declined")),
    ("projects_quotation", "state"): (
        "draft",
        (
            "draft>released",
            "released>sent",
            "sent>accepted",
            "sent>declined",
            "draft>superseded",
            "released>superseded",
            "sent>superseded",
            "declined>superseded",
        ),
    ),
    ("projects_changeorder", "state"): (
        "draft",
        (
            "draft>released",
            "released>sent",
            "sent>accepted",
            "sent>declined",
            "draft>superseded",
            "released>superseded",
            "sent>superseded",
            "declined>superseded",
        ),
    ),
    ("projects_referencedevidence", "state"): (
        "entered",
        ("entered>confirmed", "entered>rejected", "entered>superseded", "confirmed>superseded"),
    ),
}

GUARD_MOVES = """
CREATE OR REPLACE FUNCTION projects_guard_moves() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- Arguments: the column, the state in which a row begins, the allowed moves as from>to with blanks between them.
DECLARE
    after text := to_jsonb(NEW) ->> TG_ARGV[0];
    before text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF after <> TG_ARGV[1] THEN
            RAISE EXCEPTION '% of % begins as %, not as %', TG_ARGV[0], TG_TABLE_NAME, TG_ARGV[1], after USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    before := to_jsonb(OLD) ->> TG_ARGV[0];
    IF after <> before AND NOT (before || '>' || after = ANY (string_to_array(TG_ARGV[2], ' '))) THEN
        RAISE EXCEPTION '% of % does not move from % to %', TG_ARGV[0], TG_TABLE_NAME, before, after USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$guard$;
"""

GUARD_PROJECT = """
CREATE OR REPLACE FUNCTION projects_guard_active() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.status <> 'active' OR NEW.status <> 'active' THEN
        RAISE EXCEPTION 'Only an active project moves its phase' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_active ON projects_project;
CREATE TRIGGER projects_guard_active BEFORE UPDATE ON projects_project
    FOR EACH ROW WHEN (OLD.phase IS DISTINCT FROM NEW.phase) EXECUTE FUNCTION projects_guard_active();

-- Checked at the end of the transaction, because the row of the move is written after the project's.
CREATE OR REPLACE FUNCTION projects_guard_written() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.phase <> NEW.phase AND NOT EXISTS (
        SELECT 1 FROM projects_phasemove m WHERE m.project_id = NEW.id AND m.from_phase = OLD.phase AND m.to_phase = NEW.phase
            AND m.transaction_id = pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'Project % moved from % to % without the row of the move', NEW.code, OLD.phase, NEW.phase
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status <> NEW.status AND NOT EXISTS (
        SELECT 1 FROM projects_statuschange c WHERE c.project_id = NEW.id AND c.from_status = OLD.status AND c.to_status = NEW.status
            AND c.transaction_id = pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'Project % went from % to % without the row of the change', NEW.code, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_written ON projects_project;
CREATE CONSTRAINT TRIGGER projects_guard_written AFTER UPDATE ON projects_project DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.phase IS DISTINCT FROM NEW.phase OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION projects_guard_written();
"""

GUARD_PHASE_MOVE = f"""
CREATE OR REPLACE FUNCTION projects_require_passed(of_review bigint, of_project bigint, of_phase text) RETURNS void
LANGUAGE plpgsql AS $guard$
-- Decided "go" on criteria that are met, waived or not applicable; decided "go with conditions" where a condition names each of the others.
DECLARE
    passed projects_gatereview%ROWTYPE;
    missing text;
BEGIN
    SELECT * INTO passed FROM projects_gatereview r WHERE r.id = of_review AND r.project_id = of_project AND r.phase = of_phase
        AND r.state = 'decided' AND r.proposed_decision IN ('go', 'go_with_conditions');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The gate of % was not passed: no review of this project decided "go"', of_phase USING ERRCODE = 'check_violation';
    END IF;
    IF passed.proposed_decision = 'go_with_conditions' AND NOT EXISTS (
        SELECT 1 FROM projects_gatecondition c WHERE c.review_id = passed.id AND c.proposal_number = passed.proposal_number
    ) THEN
        RAISE EXCEPTION 'The gate of % was passed with conditions and has none', of_phase USING ERRCODE = 'check_violation';
    END IF;
    SELECT k.words INTO missing FROM projects_gatecriterion k WHERE k.review_id = passed.id AND k.met IS NOT TRUE
        AND NOT EXISTS (
            SELECT 1 FROM projects_gatewaiver w WHERE w.review_id = passed.id AND w.criterion_key = k.key AND w.state = 'granted'
        )
        AND NOT (jsonb_array_length(k.tailoring) > 0 AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements_text(k.tailoring) AS named(id) WHERE NOT EXISTS (
                SELECT 1 FROM projects_tailoring t WHERE t.id = named.id::bigint AND t.project_id = of_project AND t.in_force_at IS NOT NULL
            )
        ))
        AND NOT (passed.proposed_decision = 'go_with_conditions' AND EXISTS (
            SELECT 1 FROM projects_gatecondition c WHERE c.review_id = passed.id AND c.proposal_number = passed.proposal_number
                AND c.criterion_key = k.key
        )) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The gate of % was not passed: neither met, waived, not applicable nor named by a condition: %', of_phase, missing
            USING ERRCODE = 'check_violation';
    END IF;
END
$guard$;

CREATE OR REPLACE FUNCTION projects_guard_phase_move() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- Forward by a gate that was passed, or by a signed "not in scope"; back by a return; nothing else.
DECLARE
    move text := NEW.from_phase || '>' || NEW.to_phase;
    forward boolean := move = ANY (string_to_array('{" ".join(PHASE_FORWARD)}', ' '));
    back boolean := move = ANY (string_to_array('{" ".join(PHASE_BACK)}', ' '));
BEGIN
    IF NOT (CASE NEW.kind WHEN 'opened' THEN move = '>evaluation' WHEN 'return' THEN back ELSE forward END) THEN
        RAISE EXCEPTION 'A move of kind % does not lead from % to %', NEW.kind, NEW.from_phase, NEW.to_phase
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'gate' THEN
        PERFORM projects_require_passed(NEW.review_id, NEW.project_id, NEW.from_phase);
    END IF;
    RETURN NEW;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_phase_move ON projects_phasemove;
CREATE TRIGGER projects_guard_phase_move BEFORE INSERT ON projects_phasemove
    FOR EACH ROW EXECUTE FUNCTION projects_guard_phase_move();
"""  # noqa: S608 - constants of this module only

GUARD_REVIEW = """
CREATE OR REPLACE FUNCTION projects_guard_review() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- What a review pinned stays; a decision needs the signature of every pinned role; a decided review is final, but for its minutes.
BEGIN
    IF OLD.state = 'decided' AND to_jsonb(NEW) - 'minutes' IS DISTINCT FROM to_jsonb(OLD) - 'minutes' THEN
        RAISE EXCEPTION 'Review % of % is decided and no longer changes', OLD.round, OLD.gate USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.project_id, NEW.gate, NEW.phase, NEW.round, NEW.signers, NEW.renew_criteria, NEW.evidence_after)
        IS DISTINCT FROM (OLD.project_id, OLD.gate, OLD.phase, OLD.round, OLD.signers, OLD.renew_criteria, OLD.evidence_after) THEN
        RAISE EXCEPTION 'What review % of % pinned when it opened does not change', OLD.round, OLD.gate USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'decided' AND NEW.proposed_decision <> '' AND EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(NEW.signers) AS needed(role) WHERE NOT EXISTS (
            SELECT 1 FROM projects_gatesignature s
                WHERE s.review_id = NEW.id AND s.proposal_number = NEW.proposal_number AND s.role = needed.role AND NOT s.refused
        )
    ) THEN
        RAISE EXCEPTION 'Review % of % is not signed by every role', OLD.round, OLD.gate USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_review ON projects_gatereview;
CREATE TRIGGER projects_guard_review BEFORE UPDATE ON projects_gatereview
    FOR EACH ROW EXECUTE FUNCTION projects_guard_review();

CREATE OR REPLACE FUNCTION projects_guard_criterion() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- A pinned criterion keeps its rule; what was found is frozen with the decision.
DECLARE
    review_id bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.review_id ELSE NEW.review_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM projects_gatereview r WHERE r.id = review_id AND r.state = 'decided') THEN
        RAISE EXCEPTION 'The criteria of a decided review no longer change' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.review_id, NEW.key, NEW.version, NEW.words, NEW.department)
        IS DISTINCT FROM (OLD.review_id, OLD.key, OLD.version, OLD.words, OLD.department) THEN
        RAISE EXCEPTION 'A review keeps the criteria that it pinned' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_criterion ON projects_gatecriterion;
CREATE TRIGGER projects_guard_criterion BEFORE INSERT OR UPDATE OR DELETE ON projects_gatecriterion
    FOR EACH ROW EXECUTE FUNCTION projects_guard_criterion();
"""

GUARD_ACCEPTED = """
CREATE OR REPLACE FUNCTION projects_guard_condition() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- What was signed of a condition stays; it stands only after its decision, and what was met or void no longer changes.
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A condition is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM projects_gatereview r WHERE r.id = NEW.review_id AND r.state = 'open') THEN
            RAISE EXCEPTION 'Conditions are written with the proposal' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('met', 'void') THEN
        RAISE EXCEPTION 'A condition that is % no longer changes', OLD.state USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.review_id, NEW.proposal_number, NEW.number, NEW.words, NEW.criterion_key, NEW.owner_id, NEW.due_on, NEW.step, NEW.step_number,
        NEW.tell_client, NEW.client_words, NEW.untold_reason)
        IS DISTINCT FROM (OLD.review_id, OLD.proposal_number, OLD.number, OLD.words, OLD.criterion_key, OLD.owner_id, OLD.due_on, OLD.step,
        OLD.step_number, OLD.tell_client, OLD.client_words, OLD.untold_reason) THEN
        RAISE EXCEPTION 'What was signed of a condition does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'proposed' AND NEW.state = 'open' AND NOT EXISTS (
        SELECT 1 FROM projects_gatereview r WHERE r.id = NEW.review_id AND r.state = 'decided'
            AND r.proposed_decision = 'go_with_conditions' AND r.proposal_number = NEW.proposal_number
    ) THEN
        RAISE EXCEPTION 'A condition stands only once its decision is signed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_condition ON projects_gatecondition;
CREATE TRIGGER projects_guard_condition BEFORE INSERT OR UPDATE OR DELETE ON projects_gatecondition
    FOR EACH ROW EXECUTE FUNCTION projects_guard_condition();

CREATE OR REPLACE FUNCTION projects_guard_waiver() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- A waiver is asked for while its round is open, stays what was asked for, and is final once somebody decided.
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A waiver is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.state = 'granted' THEN
        IF EXISTS (SELECT 1 FROM projects_gatereview r WHERE r.id = NEW.review_id AND r.state = 'decided') THEN
            RAISE EXCEPTION 'The review of this waiver is decided' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF OLD.state <> 'requested' THEN
        RAISE EXCEPTION 'A waiver that is % no longer changes', OLD.state USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.review_id, NEW.criterion_key, NEW.criterion_version, NEW.criterion_words, NEW.justification, NEW.finding, NEW.requested_by_id)
        IS DISTINCT FROM (OLD.review_id, OLD.criterion_key, OLD.criterion_version, OLD.criterion_words, OLD.justification, OLD.finding,
        OLD.requested_by_id) THEN
        RAISE EXCEPTION 'What a waiver asks for does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_waiver ON projects_gatewaiver;
CREATE TRIGGER projects_guard_waiver BEFORE INSERT OR UPDATE OR DELETE ON projects_gatewaiver
    FOR EACH ROW EXECUTE FUNCTION projects_guard_waiver();
"""

GUARD_TAILORING = """
CREATE OR REPLACE FUNCTION projects_guard_tailoring() RETURNS trigger LANGUAGE plpgsql AS $guard$
-- What does not apply is chosen while the charter is a draft, takes force with the issued one, and stays from then on.
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.in_force_at IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM projects_charter c WHERE c.project_id = NEW.project_id AND c.state = 'draft'
        ) THEN
            RAISE EXCEPTION 'What does not apply is chosen while the charter is a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.in_force_at IS NOT NULL THEN
        RAISE EXCEPTION 'What was approved with the charter does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.in_force_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM projects_charter c WHERE c.project_id = NEW.project_id AND c.state = 'issued'
    ) THEN
        RAISE EXCEPTION 'What does not apply takes force with the issued charter' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$guard$;
DROP TRIGGER IF EXISTS projects_guard_tailoring ON projects_tailoring;
CREATE TRIGGER projects_guard_tailoring BEFORE INSERT OR UPDATE OR DELETE ON projects_tailoring
    FOR EACH ROW EXECUTE FUNCTION projects_guard_tailoring();
"""


def _moves_trigger(table: str, column: str) -> str:
    """A table that a later migration makes is left out by the earlier run of INSTALL, and guarded by the run after it."""
    first, moves = MOVES[table, column]
    return f"""
DO $install$ BEGIN
    IF to_regclass('{table}') IS NOT NULL THEN
        DROP TRIGGER IF EXISTS projects_guard_{column} ON {table};
        CREATE TRIGGER projects_guard_{column} BEFORE INSERT OR UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION projects_guard_moves('{column}', '{first}', '{" ".join(moves)}');
    END IF;
END $install$;
"""


# Tables that a later migration made: their guards are installed after it.
OF_CONDITIONS = ("projects_gatecondition", "projects_gatewaiver")

INSTALL = "".join(
    [
        GUARD_MOVES,
        *(_moves_trigger(*place) for place in MOVES if place[0] not in OF_CONDITIONS),
        GUARD_PROJECT,
        GUARD_PHASE_MOVE,
        GUARD_REVIEW,
    ]
)
INSTALL_CONDITIONS = "".join([GUARD_PHASE_MOVE, *(_moves_trigger(*place) for place in MOVES if place[0] in OF_CONDITIONS), GUARD_ACCEPTED])
INSTALL_TAILORING = "".join([GUARD_PHASE_MOVE, GUARD_ACCEPTED, GUARD_TAILORING])
REMOVE_TAILORING = "DROP FUNCTION IF EXISTS projects_guard_tailoring CASCADE;"
REMOVE = "\n".join(
    f"DROP FUNCTION IF EXISTS projects_{name} CASCADE;"
    for name in (
        "guard_moves",
        "guard_active",
        "guard_written",
        "guard_phase_move",
        "require_passed",
        "guard_review",
        "guard_criterion",
    )
)
REMOVE_CONDITIONS = "\n".join(f"DROP FUNCTION IF EXISTS projects_guard_{name} CASCADE;" for name in ("condition", "waiver"))
