// What was typed into a worksheet's grid and what became of it: one request at a time, each row saved or marked by itself, and the way back.
window.SheetSaving = (() => {
  const { alike, isEmpty } = window.sheetCells;
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

  // A row of the grid. key: of the record, null before it is saved; saved: its values there; typed: names that are not saved yet.
  class RowState {
    constructor(number, told) {
      this.number = number;
      this.typed = new Set();
      this.create = new Set();
      this.isWaiting = true; // for the rest of a new row to be typed
      this.clear();
      this.take(told);
    }

    take(told) {
      this.key = told?.id ?? null;
      this.saved = told?.values ?? {};
      this.links = told?.links ?? {};
      this.locked = told?.locked ?? "";
    }

    clear() {
      this.errors = {};
      this.there = {};
      this.now = {};
      this.unknown = [];
      this.isRefused = false; // until something else is typed
    }
  }

  return class SheetSaving {
    // grid: { value(number, name), set(number, values), show(numbers), totals(totals), report(), ask(reasonFor), drop(number), section }
    constructor(config, grid) {
      this.config = config;
      this.grid = grid;
      this.states = new Map();
      this.byKey = new Map();
      this.undoable = [];
      this.isSending = false;
      this.failed = "";
      this.savedCount = 0;
      this.typedNames = config.columns.filter((column) => column.typed).map((column) => column.name);
      this.regulated = new Set(config.columns.filter((column) => column.regulated).map((column) => column.name));
      this.needed = config.columns.filter((column) => column.needed).map((column) => column.name);
    }

    add(number, told) {
      const state = new RowState(number, told);
      this.states.set(number, state);
      if (told) this.byKey.set(told.id, number);
      return state;
    }

    forget(number) {
      this.byKey.delete(this.states.get(number)?.key);
      this.states.delete(number);
    }

    // cells: [{ number, name, before, after }]
    note(cells) {
      cells.forEach(({ number, name, after }) => {
        const state = this.states.get(number);
        if (state.key !== null && alike(state.saved[name], after)) state.typed.delete(name);
        else state.typed.add(name);
        delete state.errors[name];
        delete state.there[name];
        delete state.now[name];
        delete state.errors[""];
        state.unknown = state.unknown.filter((each) => each !== name);
        state.create.delete(name);
        state.isRefused = false;
      });
    }

    get unsaved() {
      return [...this.states.values()].filter((state) => state.typed.size);
    }

    get wrong() {
      return this.unsaved.filter((state) => Object.keys(state.errors).length);
    }

    isReady(state, current) {
      if (!state.typed.size || state.isRefused) return false;
      const isWhole = this.needed.every((name) => !isEmpty(this.grid.value(state.number, name)));
      return state.key !== null || isWhole || !state.isWaiting || state.number !== current;
    }

    // current: the row in which somebody types; a new one is sent when it is whole or left.
    async flush(current = null) {
      if (this.isSending) return;
      const states = this.inTurn([...this.states.values()].filter((state) => this.isReady(state, current)).slice(0, this.config.most));
      if (!states.length) return;
      const changes = states.map((state) => this.changeOf(state));
      const reason = await this.reasonFor(states);
      if (reason === null) return;
      const sent = states.map((state) => new Map([...state.typed].map((name) => [name, this.grid.value(state.number, name)])));
      const answer = await this.send(changes, reason, states);
      if (!answer) return;
      answer.results.forEach((result, place) => this.take(states[place], result, sent[place]));
      this.spread(answer, new Set(states.map((state) => state.number)));
      await this.flush(current);
    }

    // New rows that go behind one row are sent from the last to the first, so that they stand there in their order.
    inTurn(states) {
      if (!this.config.moves) return states;
      const behind = new Map(states.map((state) => [state, state.key === null ? this.grid.after(state.number) : null]));
      const added = states.filter((state) => behind.get(state) !== null);
      return [...states.filter((state) => behind.get(state) === null), ...added.reverse()];
    }

    changeOf(state) {
      const names = state.key === null ? this.typedNames.filter((name) => state.typed.has(name)) : [...state.typed];
      const values = Object.fromEntries(names.map((name) => [name, this.grid.value(state.number, name)]));
      const create = [...state.create];
      if (state.key === null) return { act: "add", values, create, after: this.grid.after(state.number) };
      return { act: "change", id: state.key, values, seen: Object.fromEntries(names.map((name) => [name, state.saved[name] ?? null])), create };
    }

    async reasonFor(states) {
      const touched = (state) => [...state.typed].filter((name) => this.regulated.has(name) && !isEmpty(state.saved[name]));
      const regulated = states.filter((state) => state.key !== null && touched(state).length);
      if (!regulated.length) return "";
      this.isSending = true;
      const given = this.reason ?? (await this.grid.ask([...new Set(regulated.flatMap(touched))]));
      this.isSending = false;
      this.reason = undefined;
      if (given !== null) return given;
      regulated.forEach((state) => this.discard(state));
      return null;
    }

    // Back to what is saved; a row that is saved nowhere goes.
    discard(state) {
      if (state.key === null) return this.grid.drop(state.number);
      const values = Object.fromEntries([...state.typed].map((name) => [name, state.saved[name]]));
      state.typed.clear();
      state.clear();
      this.grid.set(state.number, values);
      this.grid.show([state.number]);
      this.grid.report();
      return undefined;
    }

    async send(changes, reason, states = []) {
      this.isSending = true;
      this.failed = "";
      this.grid.report();
      try {
        const answer = await fetch(this.config.batch, {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
          body: JSON.stringify({ changes, reason }),
        });
        const told = await answer.json();
        if (answer.ok) return told;
        this.failed = told.detail || this.config.words.offline;
      } catch {
        this.failed = this.config.words.offline;
      } finally {
        this.isSending = false;
      }
      states.forEach((state) => {
        state.isRefused = true;
      });
      this.grid.report();
      return null;
    }

    retry() {
      this.states.forEach((state) => {
        if (!Object.keys(state.errors).length) state.isRefused = false;
      });
      return this.flush();
    }

    take(state, result, sent) {
      state.isWaiting = false;
      if (!result.saved) {
        Object.assign(state, { errors: result.errors, there: result.links, now: result.now, unknown: result.unknown, isRefused: true });
        // Typed on while the answer was on its way: that is another attempt.
        if ([...state.typed].some((name) => !sent.has(name) || !alike(this.grid.value(state.number, name), sent.get(name)))) state.isRefused = false;
        return;
      }
      sent.forEach((value, name) => alike(this.grid.value(state.number, name), value) && state.typed.delete(name));
      state.clear();
      state.create.clear();
      state.key = result.id;
      this.byKey.set(result.id, state.number);
      this.savedCount += 1;
    }

    // What the server answers for the rows that were written, and for every other whose values follow from them.
    spread(answer, shown = new Set()) {
      answer.rows.forEach((row) => {
        const number = this.byKey.get(row.id);
        if (number === undefined) return;
        const state = this.states.get(number);
        state.take(row);
        this.grid.set(number, Object.fromEntries(Object.entries(row.values).filter(([name]) => !state.typed.has(name))));
        shown.add(number);
      });
      this.grid.totals(answer.totals);
      this.grid.show([...shown]);
      this.grid.report();
      if (answer.results?.some((result) => result.saved)) this.grid.section.dispatchEvent(new CustomEvent("worksheet:saved", { bubbles: true }));
    }

    // Another table on which this one rests was written: what is computed follows, what was taken away with a row of it goes.
    async again() {
      const answer = await fetch(this.config.data, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const told = await answer.json();
      const there = new Set(told.rows.map((row) => row.id));
      [...this.byKey].filter(([key]) => !there.has(key)).forEach(([, number]) => this.grid.drop(number));
      this.spread(told);
    }

    async act(changes, reason = "") {
      const answer = await this.send(changes, reason);
      if (answer) this.spread(answer);
      return answer;
    }
  };
})();
