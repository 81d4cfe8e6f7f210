// The grid of a worksheet over its plain table: keyboard, paste, fill, undo, rows added, copied, moved and taken away.
// Without a script, and on a narrow screen, the plain table with its form for a row stays.
(() => {
  const cells = window.sheetCells;
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
      this.lighten();
    }

    // The library marks every cell of every row at each step; those that are drawn are enough, the others are marked when they are.
    // It also warns of frozen columns beside the row's number, which are what is wanted here.
    lighten() {
      this.ranges = this.table.modules.selectRange;
      const lay = this.ranges.layoutElement;
      this.ranges.layoutElement = () => lay.call(this.ranges, true);
      this.ranges.updateHeaderColumn = () => {
        [this.ranges.rowHeader] = this.table.columnManager.getVisibleColumnsByIndex();
        this.ranges.rowHeader.definition.cssClass = "tabulator-range-row-header";
      };
    }

    options(data) {
      const most = Math.max(window.innerHeight - 220, 260);
      return {
        data,
        index: "n",
        ...(data.length * ROW_HEIGHT > most ? { height: `${most}px` } : { minHeight: 5 * ROW_HEIGHT, maxHeight: most }),
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
        clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
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
        width: Math.max((column.width || (cells.isNumber(column) ? 9 : 11)) * 8 + 20, Math.min(column.heading.length * 7.5 + 36, 190)),
        hozAlign: cells.isNumber(column) ? "right" : "left",
        headerTooltip: [column.heading, column.note].filter(Boolean).join(": "),
        headerSort: !this.config.moves,
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
    rowOf(told, pairs = []) {
      this.last += 1;
      const state = this.saving.add(this.last, told);
      const row = { n: this.last };
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
      window.worksheets.keys(this);
      this.table.on("rangeChanged", () => this.moved());
      this.table.on("dataFiltered", () => setTimeout(() => this.report()));
      this.section.dataset.ready = "";
      this.report();
    }

    // What the grid shows

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

    shown(column, cell) {
      const state = this.stateOf(cell.getRow());
      const element = cell.getElement();
      const value = cell.getValue();
      element.tabIndex = -1; // one stop for Tab; inside, the arrow keys move
      const wrong = state?.errors[column.name];
      const isTyped = state?.typed.has(column.name);
      element.classList.toggle("sheet-wrong", Boolean(wrong));
      element.classList.toggle("sheet-typed", Boolean(isTyped && !wrong));
      element.classList.toggle("sheet-closed", !this.mayType(state, column));
      element.toggleAttribute("aria-invalid", Boolean(wrong));
      element.title = wrong ? wrong.join(" ") : "";
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
      const wrong = state && (Object.keys(state.errors).length > 0 || state.isRefused);
      element.classList.toggle("sheet-wrong", Boolean(wrong));
      element.classList.toggle("sheet-typed", Boolean(state?.typed.size && !wrong));
      element.title = state?.errors[""]?.join(" ") ?? state?.locked ?? "";
      return String(cell.getRow().getPosition() || "");
    }

    // What the saving asks of it

    value(number, name) {
      const value = this.row(number)?.getData()[FIELD + name];
      return value === undefined ? null : value;
    }

    set(number, values) {
      this.row(number)?.update(Object.fromEntries(Object.entries(values).map(([name, value]) => [FIELD + name, value])));
    }

    show(numbers) {
      numbers.forEach((number) => this.row(number)?.reformat());
    }

    totals(totals) {
      this.sums = totals;
      if (this.config.columns.some((column) => column.total)) this.table.recalc();
    }

    drop(number) {
      this.saving.forget(number);
      this.row(number)?.delete();
      this.report();
    }

    after(number) {
      if (!this.config.moves) return null;
      for (let row = this.row(number)?.getPrevRow(); row; row = row.getPrevRow()) {
        const { key } = this.stateOf(row);
        if (key !== null) return key;
      }
      return this.saving.byKey.size ? 0 : null;
    }

    ask(names) {
      return window.worksheets.ask(this, names);
    }

    report() {
      window.worksheets.report(this);
    }

    // What people do

    edit(number, name, before, after) {
      return { number, name, before, after };
    }

    edited(edits, gesture = {}) {
      if (edits.length) this.gestures.push({ edits, ...gesture });
      this.saving.note(edits);
      this.show([...new Set(edits.map((each) => each.number))]);
      this.report();
      return this.saving.flush(this.current()?.getData().n ?? null);
    }

    // wanted: [number, name, value]; in one gesture, that one undo takes back. also: what is written already in new rows.
    write(wanted, gesture = {}, also = []) {
      const edits = wanted
        .filter(([number, name]) => this.mayType(this.saving.states.get(number), this.columns.get(name)))
        .map(([number, name, value]) => this.edit(number, name, this.value(number, name), value))
        .filter(({ before, after }) => !cells.alike(before, after));
      const byRow = new Map();
      edits.forEach(({ number, name, after }) => byRow.set(number, { ...byRow.get(number), [name]: after }));
      this.table.blockRedraw();
      byRow.forEach((values, number) => this.set(number, values));
      this.table.restoreRedraw();
      return this.edited([...edits, ...also], gesture);
    }

    async undo() {
      const gesture = this.gestures.pop();
      if (!gesture) return this.say(this.words.nothing_to_undo);
      this.saving.reason = this.config.asks_reason ? this.words.undo_reason : undefined;
      await this.takeBack(gesture);
      this.saving.reason = undefined;
      return this.say(this.words.undone);
    }

    async takeBack({ edits = [], added = [], removed = [], move = null }) {
      const gone = new Set(added);
      const back = edits.filter(({ number }) => !gone.has(number) && this.saving.states.has(number));
      if (added.length) await this.takeAway(added.filter((number) => this.saving.states.has(number)), this.words.undo_reason);
      if (removed.length) await this.addBack(removed);
      if (move) await this.put(move.number, move.after);
      if (back.length) await this.write(back.map(({ number, name, before }) => [number, name, before]));
      if (back.length) this.gestures.pop();
    }

    async addBack(removed) {
      const wanted = [];
      for (const { values, above } of removed) {
        const number = await this.insert(above !== undefined && this.row(above) ? above : null);
        this.columns.forEach((column, name) => column.typed && !cells.isEmpty(values[name]) && wanted.push([number, name, values[name]]));
      }
      await this.write(wanted);
      this.gestures.pop();
      await this.saving.flush();
    }

    // A new row behind another, or at the end; its number.
    async insert(behind = null) {
      const data = this.rowOf(null);
      await this.table.addRow(data, false, behind ?? undefined);
      return data.n;
    }

    async takeAway(numbers, reason = "") {
      const kept = numbers.map((number) => this.saving.states.get(number)).filter((state) => state.key !== null);
      if (kept.length) {
        const changes = kept.map((state) => ({ act: "remove", id: state.key, seen: this.typedOf(state.saved) }));
        const answer = await this.saving.act(changes, reason);
        if (!answer) return [];
        answer.results.forEach((result, place) => {
          if (result.saved) return;
          const state = kept[place];
          Object.assign(state, { errors: { "": Object.values(result.errors).flat() }, isRefused: true, saved: { ...state.saved, ...result.now } });
          this.set(state.number, result.now);
        });
      }
      const gone = numbers.filter((number) => !this.saving.states.get(number)?.errors[""]);
      gone.forEach((number) => this.drop(number));
      this.show(numbers.filter((number) => !gone.includes(number)));
      this.report();
      return gone;
    }

    typedOf(values) {
      return Object.fromEntries([...this.columns.values()].filter((column) => column.typed).map(({ name }) => [name, values[name] ?? null]));
    }

    // Behind the row with the number `after`; null for the first place.
    async put(number, after) {
      const state = this.saving.states.get(number);
      const above = after === null ? null : this.saving.states.get(after);
      if (state.key === null || (above && above.key === null)) return;
      const answer = await this.saving.act([{ act: "move", id: state.key, after: above ? above.key : 0 }]);
      if (!answer?.results[0].saved) return;
      const row = this.row(number);
      if (above) row.move(after, false);
      else row.move(this.table.getRows()[0], true);
      this.table.getRows().forEach((each) => each.reformat());
      this.select(this.row(number));
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
      return { rows: range.getRows(), names: names.map((field) => field.slice(FIELD.length)) };
    }

    select(row, name) {
      const cell = row?.getCell(FIELD + (name ?? this.config.columns.find((column) => column.typed).name));
      if (!cell) return;
      this.range()?.setBounds(cell, cell);
      this.focus();
      row.scrollTo("nearest", false).catch(() => {});
    }

    focus() {
      this.table.rowManager.element.focus({ preventScroll: true });
    }

    // At once: the next letter is typed there.
    go(way) {
      this.ranges.navigate(false, false, way);
      this.focus();
    }

    moved() {
      const number = this.current()?.getData().n ?? null;
      if (number !== this.at) this.saving.flush(number);
      this.at = number;
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
    sheets.filter((sheet) => beside?.contains(sheet.section) && sheet.section !== target && sheet.table).forEach((sheet) => sheet.saving.again());
  });
  window.addEventListener("beforeunload", (event) => {
    if (sheets.some((sheet) => sheet.saving.unsaved.length)) event.preventDefault();
  });
})();
