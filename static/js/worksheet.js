// The grid of a worksheet over its plain table: what it shows and where one is in it. Its files beside this one have the rest.
// Without a script, and on a narrow screen, the plain table with its form for a row stays.
(() => {
  const cells = window.sheetCells;
  const drawing = window.sheetDrawing;
  const NARROW = "(max-width: 40rem)";
  const FIELD = "c_"; // before a column's name, so that none is taken for the grid's own
  const ROW_HEIGHT = 30;

  class Sheet {
    constructor(section) {
      this.section = section;
      this.config = JSON.parse(document.getElementById(`${section.id}-config`).textContent);
      this.words = this.config.words;
      this.columns = new Map(this.config.columns.map((column) => [column.name, column]));
      this.part = (name) => section.querySelector(`[data-sheet-${name}]`);
      this.saving = new window.SheetSaving(this.config, this);
      this.sums = {};
      this.gestures = [];
      this.undone = []; // taken back, until something else is done
      this.moves = []; // what was cut and pasted, until it is saved where it was pasted
      this.became = new Map(); // as what the server saved what was typed, by cell and words
      this.isPlaced = false; // somebody has gone to a cell; the first one is chosen by itself
      this.late = new Set();
      this.waiting = [];
      this.last = 0;
    }

    async begin() {
      const answer = await fetch(this.config.data, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const told = await answer.json();
      this.sums = told.totals;
      this.part("grid").hidden = false;
      this.part("plain").hidden = true;
      this.part("status").hidden = false;
      this.part("plain-add")?.setAttribute("hidden", "");
      this.part("help")?.removeAttribute("hidden");
      this.table = new window.Tabulator(this.part("grid"), this.options(told.rows.map((row) => this.rowOf(row))));
      this.table.on("tableBuilt", () => this.built());
      drawing.lighten(this);
    }

    options(data) {
      const most = Math.max(window.innerHeight - 220, 260);
      return {
        data,
        index: "n",
        ...(data.length * ROW_HEIGHT > most ? { height: `${most}px` } : { minHeight: (data.length ? 5 : 3) * ROW_HEIGHT, maxHeight: most }),
        layout: "fitDataFill",
        columns: this.config.columns.map((column, place) => this.columnOf(column, place)),
        columnDefaults: { resizable: "header" },
        rowHeader: { field: "n", headerSort: false, resizable: false, frozen: true, width: 56, hozAlign: "right", formatter: (cell) => this.number(cell) },
        selectableRange: 1,
        selectableRangeColumns: true,
        selectableRangeRows: true,
        selectableRangeAutoFocus: false,
        selectableRangeClearCells: false,
        editTriggerEvent: "dblclick",
        clipboard: "copy",
        clipboardCopyStyled: false,
        clipboardCopyRowRange: "range",
        clipboardCopyConfig: { rowHeaders: false, columnHeaders: false, columnCalcs: false },
        headerSortClickElement: "icon",
        headerFilterLiveFilterDelay: 150,
      };
    }

    columnOf(column, place) {
      const field = FIELD + column.name;
      const frozen = column.frozen && this.config.columns.slice(0, place).every((each) => each.frozen);
      const begin = () => {
        const letter = this.letter;
        this.letter = undefined;
        return letter;
      };
      return {
        title: column.needed ? `${column.heading} *` : column.heading,
        field,
        frozen,
        width: column.narrow ? column.width * 8 + 20 : Math.max((column.width || (cells.isNumber(column) ? 9 : 11)) * 8 + 20, Math.min(column.heading.length * 7.5 + 36, 190)),
        hozAlign: column.narrow ? "center" : cells.isNumber(column) ? "right" : "left",
        headerWordWrap: column.narrow,
        ...(column.wraps ? { variableHeight: true, cssClass: "sheet-wraps" } : {}),
        headerTooltip: [column.heading, column.note].filter(Boolean).join(": "),
        headerSort: !this.config.moves && !column.narrow,
        sorter: cells.sorter(column, this.words),
        headerFilter: "input",
        headerFilterFunc: cells.filter(column, this.words),
        headerFilterParams: { elementAttributes: { "aria-label": `${this.words.filter}: ${column.heading}`, class: "sheet-filter" } },
        formatter: (cell) => this.shown(column, cell),
        accessorClipboard: (value) => cells.copied(column, value, this.words),
        editor: column.typed && this.config.may_change ? cells.editor(column, this.words, this.config.lookup, begin, (way) => this.go(way)) : undefined,
        editable: (cell) => this.mayType(this.stateOf(cell.getRow()), column),
        cellEdited: (cell) => this.edited([this.edit(cell.getData().n, column.name, cell.getOldValue(), cell.getValue())]),
        bottomCalc: this.config.columns.some((each) => each.total) ? () => this.sum(column, place) : undefined,
      };
    }

    sum(column, place) {
      if (column.name in this.sums) return cells.words(column, this.sums[column.name], this.words);
      return place === 0 ? this.words.total : "";
    }

    // pairs: what is typed into a new row at once.
    rowOf(told, pairs = [], number = (this.last += 1)) {
      const state = this.saving.add(number, told);
      const row = { n: number };
      this.columns.forEach((_column, name) => {
        row[FIELD + name] = told?.values[name] ?? null;
      });
      pairs.forEach(([name, words]) => {
        if (words && this.columns.get(name).typed) row[FIELD + name] = words;
      });
      if (pairs.length) state.isWaiting = false;
      return row;
    }

    built() {
      // What has the focus is the group of rows, not a box around it without a name or role.
      const holder = this.table.rowManager.element;
      holder.setAttribute("role", "rowgroup");
      holder.querySelector(".tabulator-table").setAttribute("role", "presentation");
      this.part("grid").removeAttribute("aria-owns");
      this.part("grid").setAttribute("aria-label", this.section.getAttribute("aria-label"));
      window.worksheets.tools(this);
      window.sheetKeys.begin(this);
      window.sheetFaults.begin(this);
      if (this.config.may_change) window.sheetFill.begin(this);
      this.table.on("rangeChanged", () => this.moved());
      this.table.on("dataFiltered", () => setTimeout(() => this.report()));
      this.section.dataset.ready = "";
      this.report();
    }

    // What the grid shows

    // Where there is no row: what to do.
    get none() {
      if (!this.config.may_change || !this.config.grows) return this.words.none;
      return `${this.words.none} ${this.words.begin}`;
    }

    stateOf(row) {
      return this.saving.states.get(row.getData().n);
    }

    row(number) {
      return this.table.getRow(number) || undefined;
    }

    // The row of totals has no state.
    mayType(state, column) {
      return Boolean(state) && this.config.may_change && column.typed && !state.locked && !(column.fixed && state.key !== null);
    }

    whyNot(state, column) {
      if (!state || !this.config.may_change) return "";
      return state.locked || (column.typed ? this.words.fixed : this.words.computed);
    }

    shown(column, cell) {
      const state = this.stateOf(cell.getRow());
      const element = cell.getElement();
      const value = cell.getValue();
      element.removeAttribute("tabindex"); // the rows together have the focus, one stop for Tab; inside, the arrow keys move
      const wrong = state?.errors[column.name];
      const isTyped = state?.typed.has(column.name);
      element.classList.toggle("sheet-wrong", Boolean(wrong));
      element.classList.toggle("sheet-typed", Boolean(isTyped && !wrong));
      element.classList.toggle("sheet-closed", !this.mayType(state, column));
      element.classList.toggle("sheet-chosen", this.mayType(state, column) && cells.CHOSEN.includes(column.kind));
      element.toggleAttribute("aria-invalid", Boolean(wrong));
      element.classList.toggle("sheet-cut", Boolean(this.cut?.cells.has(`${state?.number} ${column.name}`)));
      if (state) window.sheetFaults.describe(this, element, state.number, column.name, wrong?.join(" "));
      const said = isTyped && wrong ? String(value ?? "") : cells.words(column, value, this.words);
      const link = !isTyped && said && state?.links[column.name];
      if (!link) return document.createTextNode(said);
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = said;
      anchor.tabIndex = -1;
      return anchor;
    }

    number(cell) {
      const state = this.stateOf(cell.getRow());
      const element = cell.getElement();
      const wrong = state && (state.isWrong || state.isRefused);
      element.classList.toggle("sheet-wrong", Boolean(wrong));
      element.classList.toggle("sheet-typed", Boolean(state?.typed.size && !wrong));
      element.title = state?.locked ?? "";
      if (state) window.sheetFaults.describe(this, element, state.number, "", state.errors[""]?.join(" "));
      return String(cell.getRow().getPosition() || "");
    }

    // What the saving asks of it

    value(number, name) {
      const value = this.row(number)?.getData()[FIELD + name];
      return value === undefined ? null : value;
    }

    // Whether it still stands there, as it was typed or as it was saved.
    holds(number, name, value) {
      const now = this.value(number, name);
      const key = `${number} ${name} ${value ?? ""}`;
      return cells.alike(now, value) || (this.became.has(key) && cells.alike(now, this.became.get(key)));
    }

    set(number, values) {
      const open = this.row(number)?.getElement().querySelector(".tabulator-cell.tabulator-editing")?.getAttribute("tabulator-field");
      const given = Object.entries(values).map(([name, value]) => [FIELD + name, value]);
      drawing.withoutTotals(this, () => this.row(number)?.update(Object.fromEntries(given.filter(([field]) => field !== open))));
    }

    // A row of which a cell is open is drawn when that is closed: what is being typed there stays.
    show(numbers) {
      drawing.focused(this, () => numbers.forEach((number) => {
        const row = this.row(number);
        if (row?.getElement().classList.contains("tabulator-editing")) this.late.add(number);
        else row?.reformat();
      }));
    }

    showLate() {
      const late = [...this.late].filter((number) => this.saving.states.has(number));
      this.late.clear();
      late.forEach((number) => {
        const { saved, typed } = this.saving.states.get(number);
        this.set(number, Object.fromEntries(Object.entries(saved).filter(([name]) => !typed.has(name))));
      });
      this.show(late);
    }

    totals(totals) {
      this.sums = totals;
      if (this.config.columns.some((column) => column.total)) this.table.recalc();
    }

    drop(number) {
      this.saving.forget(number);
      window.sheetFaults.forget(this, number);
      const row = this.row(number);
      if (row) {
        drawing.keeping(this, () => {
          const element = row.getElement();
          row.delete();
          element.remove(); // at once, also while a cell of another row is open
        });
      }
      this.report();
    }

    // By number of a row, from the top.
    order() {
      return new Map(this.table.getRows("active").map((row, place) => [row.getData().n, place]));
    }

    // Behind which saved row each new one goes, by its number: 0 for the first place, null for the end.
    places() {
      const found = new Map();
      const last = [];
      let behind = 0;
      this.table.getRows("active").forEach((row) => {
        const { key, number } = this.stateOf(row);
        if (key === null) last.push(number);
        else last.splice(0).forEach((each) => found.set(each, behind));
        behind = key ?? behind;
      });
      last.forEach((number) => found.set(number, null));
      return found;
    }

    // For what stands on the page beside the table and follows from it.
    saved() {
      this.section.dispatchEvent(new CustomEvent("worksheet:saved", { bubbles: true }));
    }

    // written: [number, name, as it was typed, as it was saved]
    written(written) {
      written.forEach(([number, name, typed, saved]) => cells.alike(typed, saved) || this.became.set(`${number} ${name} ${typed ?? ""}`, saved));
      window.sheetActs.arrived(this, written);
    }

    async ask(names) {
      await drawing.closed(this);
      return window.worksheets.ask(this, this.words.why_changed, names);
    }

    async askWhyGone(count) {
      await drawing.closed(this);
      return window.worksheets.ask(this, count === 1 ? this.words.why_gone_one : cells.fill(this.words.why_gone, { count }));
    }

    report() {
      window.worksheets.report(this);
    }

    // What people do

    edit(number, name, before, after) {
      return { number, name, before, after };
    }

    // What can be taken back.
    did(gesture) {
      this.gestures.push(gesture);
      this.undone = [];
    }

    // gesture: what else was done with it, for the way back; null where this is the way back.
    edited(edits, gesture = {}) {
      if (gesture && (edits.length || gesture.added?.length)) this.did({ edits, ...gesture });
      if (gesture && edits.length) window.sheetActs.leave(this); // as in a spreadsheet
      const over = new Set(edits.map(({ number, name }) => `${number} ${name}`));
      this.moves = this.moves.filter(({ number, name }) => !over.has(`${number} ${name}`));
      this.said = "";
      this.saving.note(edits);
      this.showLate();
      this.show([...new Set(edits.map((each) => each.number))]);
      this.report();
      return this.saving.flush(this.current()?.getData().n ?? null);
    }

    // wanted: [number, name, value]; in one gesture, that one undo takes back. also: what is written already in new rows; closed: how many
    // cells of those nobody types.
    write(wanted, gesture = {}, also = [], closed = 0) {
      const differing = wanted
        .map(([number, name, value]) => this.edit(number, name, this.value(number, name), value))
        .filter(({ before, after }) => !cells.alike(before, after));
      const edits = differing.filter(({ number, name }) => this.mayType(this.saving.states.get(number), this.columns.get(name)));
      const byRow = new Map();
      edits.forEach(({ number, name, after }) => byRow.set(number, { ...byRow.get(number), [name]: after }));
      drawing.atOnce(this, () => byRow.forEach((values, number) => this.set(number, values)));
      const saved = this.edited([...edits, ...also], gesture);
      const left = differing.find((each) => !edits.includes(each));
      const count = differing.length - edits.length + closed;
      const why = left ? this.whyNot(this.saving.states.get(left.number), this.columns.get(left.name)) : this.words.computed;
      if (count) this.say(cells.fill(this.words.left, { count, why }));
      return saved;
    }

    // A new row behind another, in the first place for 0, or at the end; its number.
    async insert(behind = null, number = undefined) {
      const data = this.rowOf(null, [], number);
      await drawing.keeping(this, () => this.table.addRow(data, behind === 0, behind || undefined));
      return data.n;
    }

    // Rows that are there since another table was written.
    adopt(rows) {
      const data = rows.map((told) => this.rowOf(told));
      return drawing.keeping(this, () => this.table.addData(data, false));
    }

    // read(name): of the columns that people type.
    typedOf(read) {
      return Object.fromEntries(this.saving.typedNames.map((name) => [name, read(name) ?? null]));
    }

    // Where one is

    range() {
      return this.table.getRanges()[0];
    }

    current() {
      const range = this.range();
      return range ? this.table.getRows("active")[range._range.start.row] : undefined;
    }

    currentColumn() {
      const range = this.range();
      const column = range && this.table.modules.selectRange.getColumnByRangePos(range._range.start.col);
      return column ? this.columns.get(column.field?.slice(FIELD.length)) : undefined;
    }

    chosen() {
      const range = this.range();
      const names = range.getColumns().map((column) => column.getField()).filter((field) => field?.startsWith(FIELD));
      return { rows: range.getRows().filter((row) => this.stateOf(row)), names: names.map((field) => field.slice(FIELD.length)) };
    }

    select(row, name) {
      const cell = row?.getCell(FIELD + (name ?? this.config.columns.find((column) => column.typed).name));
      if (!cell) return;
      this.isPlaced = true;
      this.range()?.setBounds(cell, cell);
      this.focus();
      window.sheetGoing.reveal(this);
    }

    focus() {
      this.table.rowManager.element.focus({ preventScroll: true });
    }

    // At once: the next letter is typed there. way: null stays.
    go(way) {
      this.showLate();
      if (way) this.ranges.navigate(false, false, way);
      this.focus();
    }

    moved() {
      const number = this.current()?.getData().n ?? null;
      const place = `${number} ${this.currentColumn()?.name}`;
      if (place !== this.place) Object.assign(this, { said: "", hidden: "", over: null }); // the cell where one goes comes before the pointer
      if (number !== this.at) this.saving.flush(number);
      this.at = number;
      this.place = place;
      this.showLate();
      this.report();
    }

    say(words) {
      this.said = words;
      this.report();
    }
  }

  window.worksheets = { ...window.worksheets, FIELD };
  if (window.matchMedia(NARROW).matches) return;
  const sheets = [...document.querySelectorAll("[data-sheet]")].map((section) => new Sheet(section));
  document.addEventListener("DOMContentLoaded", () => sheets.forEach((sheet) => sheet.begin()));
  document.addEventListener("worksheet:saved", ({ target }) => {
    const beside = target.closest("[data-sheets-together]");
    const follows = ({ section }) => beside?.contains(section) || (beside && section.closest("[data-sheets-follow]"));
    sheets.filter((sheet) => follows(sheet) && sheet.section !== target && sheet.table).forEach((sheet) => sheet.saving.again());
  });
  const open = () => sheets.filter(({ saving }) => saving.unsaved.length || saving.isSending);
  window.addEventListener("beforeunload", (event) => {
    if (open().length) event.preventDefault();
  });
  // Nobody signs while a row is not saved: it would be lost, and what is signed would not be what is seen.
  document.addEventListener(
    "submit",
    (event) => {
      const [first] = open();
      if (!first || !event.target.matches("[data-signs]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      event.target.closest("dialog").close();
      first.section.scrollIntoView();
      first.focus();
      first.saving.settled().then(() => first.say(first.words.unsigned));
    },
    true,
  );
})();
