// What was typed into a worksheet's grid and what became of it: one request at a time, each row saved or marked by itself.
window.SheetSaving = (() => {
  const { alike, isEmpty } = window.sheetCells;
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  // Of one request, however often it is sent: the server writes it once.
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // A row of the grid. key: of the record, null before it is saved; saved: its values there; typed: by name of what is not saved yet,
  // what stood there when it was typed over; sent: what is on its way, by name.
  class RowState {
    constructor(number, told) {
      this.number = number;
      this.typed = new Map();
      this.sent = new Map();
      this.create = new Set();
      this.isWaiting = true; // for the rest of a new row to be typed
      this.clear();
      this.take(told);
    }

    take(told) {
      this.key = told?.id ?? null;
      this.saved = { ...told?.values };
      this.links = told?.links ?? {};
      this.locked = told?.locked ?? "";
    }

    // Whether this is what the row tells already, and nothing else is typed or on its way.
    agrees(told) {
      const said = (row, values) => JSON.stringify([values, row.links ?? {}, row.locked ?? ""]);
      return !this.typed.size && !this.sent.size && said(told, told.values) === said(this, this.saved);
    }

    clear() {
      this.errors = {};
      this.there = {};
      this.now = {};
      this.unknown = [];
      this.near = {};
      this.isRefused = false; // until something else is typed
    }

    // What was said of a cell is over.
    heard(name) {
      delete this.errors[name];
      delete this.there[name];
      delete this.now[name];
      delete this.near[name];
      this.unknown = this.unknown.filter((each) => each !== name);
      this.create.delete(name);
    }

    get isWrong() {
      return Object.keys(this.errors).length > 0;
    }
  }

  return class SheetSaving {
    // grid: { value(number, name), set(number, values), show(numbers), totals(totals), report(), saved(), written(cells), ask(names), drop(number), order(), places(), adopt(rows) }
    constructor(config, grid) {
      this.config = config;
      this.grid = grid;
      this.states = new Map();
      this.byKey = new Map();
      this.turn = Promise.resolve();
      this.current = null;
      this.isSending = false;
      this.isWithheld = false; // a reason that was asked for
      this.failed = "";
      this.savedRows = new Set(); // by their keys: each once, however often something was typed into it
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

    // cells: [{ number, name, after }]
    note(cells) {
      cells.forEach(({ number, name, after }) => {
        const state = this.states.get(number);
        const seen = state.typed.has(name) ? state.typed.get(name) : state.saved[name];
        const isBack = state.key !== null && !state.sent.has(name) && (alike(seen, after) || alike(state.saved[name], after));
        if (!isBack) state.typed.set(name, seen ?? null);
        else if (state.typed.delete(name)) this.grid.set(number, { [name]: state.saved[name] });
        state.heard(name);
        delete state.errors[""];
        state.isRefused = false;
      });
      this.resume?.();
    }

    get unsaved() {
      return [...this.states.values()].filter((state) => state.typed.size);
    }

    get wrong() {
      return this.unsaved.filter((state) => state.isWrong);
    }

    // Also of a row that is saved as it stands: somebody wanted to take it away.
    get isAnyWrong() {
      return [...this.states.values()].some((state) => state.isWrong);
    }

    isReady(state) {
      if (!state.typed.size || state.isRefused) return false;
      const isWhole = this.needed.every((name) => !isEmpty(this.grid.value(state.number, name)));
      return state.key !== null || isWhole || !state.isWaiting || state.number !== this.current;
    }

    get ready() {
      return this.ordered([...this.states.values()].filter((state) => this.isReady(state))).slice(0, this.config.most);
    }

    // From the top, for one may name another above it; new ones that go behind the same row stand there in this order.
    ordered(states) {
      if (!this.config.moves) return states;
      const order = this.grid.order();
      const place = ({ number }) => order.get(number) ?? order.size; // behind all others where a filter hides it
      return states.sort((one, other) => place(one) - place(other));
    }

    // Everything that writes waits here for what was asked for before it.
    inTurn(act) {
      const done = this.turn.then(act);
      this.turn = done.catch(() => {});
      return done;
    }

    // Until what was asked for so far is answered.
    settled() {
      return this.turn;
    }

    // current: the row in which somebody types; a new one is sent when it is whole or left.
    flush(current = null) {
      this.current = current;
      this.flushing ??= this.inTurn(async () => {
        try {
          for (let states = this.ready; states.length && (await this.write(states)); states = this.ready);
        } finally {
          this.flushing = undefined;
        }
      });
      return this.flushing;
    }

    // Whether to go on with the rows that are left. Only the server knows whether what was typed is another value, and asks for its reason.
    async write(states) {
      let reason = "";
      while (reason !== null) {
        const answer = await this.sendRows(states, reason);
        if (answer.results) return true;
        if (!answer.errors?.reason) return this.fail(answer, states);
        reason = await this.grid.ask([...new Set(this.regulatedOf(states).map(({ name }) => name))]);
      }
      // Without it the regulated values stay; what else was typed into those rows is saved.
      const withheld = this.regulatedOf(states);
      this.isWithheld = withheld.length > 0;
      withheld.forEach(({ state, name }) => this.putBack(state, [name]));
      return this.isWithheld;
    }

    // The cells of which a reason is asked: in which something stood.
    regulatedOf(states) {
      const kept = states.filter((state) => state.key !== null);
      const cells = kept.flatMap((state) => [...state.typed.keys()].filter((name) => this.regulated.has(name)).map((name) => ({ state, name })));
      const stood = cells.filter(({ state, name }) => !isEmpty(state.typed.get(name)));
      return stood.length ? stood : cells;
    }

    async sendRows(states, reason) {
      const places = this.config.moves ? this.grid.places() : new Map();
      states.forEach((state) => {
        state.sent = new Map([...state.typed.keys()].map((name) => [name, this.grid.value(state.number, name)]));
      });
      const added = new Set(states.filter((state) => state.key === null));
      const answer = await this.send(states.map((state) => this.changeOf(state, places)), reason);
      answer.results?.forEach((result, place) => this.take(states[place], result));
      if (answer.results) this.spread(answer, new Set(states.map((state) => state.number)), added);
      const saved = states.filter((_state, place) => answer.results?.[place].saved);
      const written = saved.flatMap((state) => [...state.sent].map(([name, value]) => [state.number, name, value, state.saved[name]]));
      states.forEach((state) => {
        state.sent = new Map();
      });
      this.grid.written(written);
      return answer;
    }

    changeOf(state, places) {
      const names = this.typedNames.filter((name) => state.typed.has(name));
      const values = Object.fromEntries(names.map((name) => [name, this.grid.value(state.number, name)]));
      const create = [...state.create];
      if (state.key === null) return { act: "add", values, create, after: places.get(state.number) ?? null };
      return { act: "change", id: state.key, values, seen: Object.fromEntries(names.map((name) => [name, state.typed.get(name)])), create };
    }

    // Back to what is saved; a row that is saved nowhere goes.
    discard(state) {
      if (state.key === null) return this.grid.drop(state.number);
      state.clear();
      return this.putBack(state, [...state.typed.keys()]);
    }

    putBack(state, names) {
      names.forEach((name) => {
        state.typed.delete(name);
        state.heard(name);
      });
      this.grid.set(state.number, Object.fromEntries(names.map((name) => [name, state.saved[name]])));
      this.grid.show([state.number]);
      this.grid.report();
    }

    // The answer of the server. While there is none it may have been written: the same is sent again, with the same key, as soon as
    // somebody presses "Save again" or types on; everything else waits behind it.
    async send(changes, reason) {
      const body = JSON.stringify({ changes, reason });
      const key = newKey();
      let answer = await this.post(body, key);
      while (!answer) {
        await new Promise((resolve) => {
          this.resume = resolve;
        });
        this.resume = undefined;
        answer = await this.post(body, key);
      }
      return answer;
    }

    async post(body, key) {
      this.isSending = true;
      this.failed = "";
      this.grid.report();
      try {
        const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf(), "Idempotency-Key": key };
        const answer = await fetch(this.config.batch, { method: "POST", headers, body });
        const told = await answer.json();
        if (answer.status < 500 && !answer.headers.has("Retry-After")) return told;
        this.failed = told.detail || this.config.words.offline;
      } catch {
        this.failed = this.config.words.offline;
      } finally {
        this.isSending = false;
      }
      this.grid.report();
      return null;
    }

    // The request was refused as a whole.
    fail(answer, states = []) {
      this.failed = answer.detail || this.config.words.offline;
      states.forEach((state) => {
        state.isRefused = true;
      });
      this.grid.report();
      return false;
    }

    retry() {
      this.release();
      this.failed = "";
      this.resume?.();
      this.grid.report();
      return this.flush(this.current);
    }

    // What was refused together with others is tried again.
    release() {
      this.states.forEach((state) => {
        if (!state.isWrong) state.isRefused = false;
      });
    }

    take(state, result) {
      state.isWaiting = false;
      const isTypedOn = [...state.typed.keys()].some((name) => !state.sent.has(name) || !alike(this.grid.value(state.number, name), state.sent.get(name)));
      if (!result.saved) {
        // Typed on while the answer was on its way: that is another attempt.
        const { errors, links: there, now, unknown, near } = result;
        Object.assign(state, { errors, there, now, unknown, near, isRefused: !isTypedOn });
        return;
      }
      state.create.forEach((name) => this.entered(name, state.sent.get(name)));
      state.sent.forEach((value, name) => alike(this.grid.value(state.number, name), value) && state.typed.delete(name));
      state.clear();
      state.create.clear();
      state.key = result.id;
      if (this.states.get(state.number) === state) this.byKey.set(result.id, state.number);
      this.savedRows.add(result.id);
    }

    // What one row had entered is there for all that name it.
    entered(name, words) {
      this.wrong.forEach((state) => {
        if (!state.unknown.includes(name) || !alike(this.grid.value(state.number, name), words)) return;
        state.heard(name);
        state.isRefused = false;
      });
    }

    // What the server answers for the rows that were written, and for every other whose values follow from them. What is typed stays,
    // and so does what its writer saw there, so that a conflict is told; of what was sent, the writer has seen what was written. Of rows
    // that were added just now nobody else has written anything: what stands there where somebody types on is what a row begins with.
    spread(answer, shown = new Set(), added = new Set()) {
      answer.rows.forEach((row) => {
        const number = this.byKey.get(row.id);
        if (number === undefined) return;
        const state = this.states.get(number);
        if (!shown.has(number) && state.agrees(row)) return; // drawing a row takes far longer than reading what it tells
        state.take(row);
        const seen = (name) => state.sent.has(name) || added.has(state);
        if (!state.isWrong) [...state.typed.keys()].filter(seen).forEach((name) => state.typed.set(name, row.values[name]));
        this.grid.set(number, Object.fromEntries(Object.entries(row.values).filter(([name]) => !state.typed.has(name))));
        shown.add(number);
      });
      this.grid.totals(answer.totals);
      this.grid.show([...shown]);
      this.grid.report();
      if (answer.results?.some((result) => result.saved)) {
        this.release();
        this.grid.saved();
      }
    }

    // A row that is there no more; what was typed into it and not saved stays, with the reason.
    gone(number) {
      const state = this.states.get(number);
      if (!state.typed.size) return this.grid.drop(number);
      Object.assign(state, { errors: { "": [this.config.words.gone] }, isRefused: true });
      return this.grid.show([number]);
    }

    // Another table on which this one rests was written: what is computed follows, what was taken away with a row of it goes, what is there
    // because of it comes.
    // One that waits for its turn reads what was written meanwhile as well.
    again() {
      this.waiting ??= this.inTurn(async () => {
        this.waiting = null;
        const answer = await fetch(this.config.data, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const told = await answer.json();
        const there = new Set(told.rows.map((row) => row.id));
        const before = this.states.size;
        [...this.byKey].filter(([key]) => !there.has(key)).forEach(([, number]) => this.gone(number));
        const came = told.rows.filter((row) => !this.byKey.has(row.id));
        if (came.length) await this.grid.adopt(came);
        this.spread(told);
        if (came.length || this.states.size !== before) this.grid.show([...this.states.keys()]); // their places, which are shown, are others
      });
      return this.waiting;
    }

    // make(): moves or removals, made when it is their turn, for by then a row may have been saved. ask(): for the reason, where the
    // server needs one. Null where all were refused, or the reason withheld.
    act(make, ask = () => null) {
      return this.inTurn(async () => {
        const changes = make();
        let answer = changes.length ? await this.send(changes, "") : { results: [] };
        while (answer.errors?.reason) {
          const reason = await ask();
          if (reason === null) {
            this.grid.report();
            return null;
          }
          answer = await this.send(changes, reason);
        }
        if (!answer.results) this.fail(answer);
        else if (changes.length) this.spread(answer);
        return answer.results ? answer : null;
      });
    }
  };
})();
