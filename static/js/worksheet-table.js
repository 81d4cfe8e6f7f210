// Around the grid of a worksheet: its buttons, and the line that says what is saved and what a cell has.
window.worksheets = (() => {
  const cells = window.sheetCells;
  const acts = window.sheetActs;
  const faults = window.sheetFaults;
  const history = window.sheetHistory;

  const button = (words, act, keys = "") => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = words;
    if (keys) made.setAttribute("aria-keyshortcuts", keys);
    made.addEventListener("click", act);
    return made;
  };

  // Buttons

  const tools = (sheet) => {
    const { words, config } = sheet;
    const bar = sheet.part("tools");
    const filter = button(words.filter, () => {
      const shown = sheet.section.classList.toggle("sheet-filters");
      filter.setAttribute("aria-pressed", String(shown));
      if (!shown) sheet.table.clearHeaderFilter();
      sheet.table.redraw();
    });
    filter.setAttribute("aria-pressed", "false");
    const changing = config.may_change
      ? [
          ...(config.grows ? adding(sheet) : []),
          ...(config.moves ? [button(words.up, () => acts.move(sheet, false), "Alt+ArrowUp"), button(words.down, () => acts.move(sheet, true), "Alt+ArrowDown")] : []),
          button(words.fill, () => acts.fillDown(sheet), "Control+D"),
          button(words.undo, () => history.undo(sheet), "Control+Z"),
          button(words.redo, () => history.redo(sheet), "Control+Y"),
          ...(config.grows ? [button(words.remove, () => acts.remove(sheet), "Control+Delete")] : []),
        ]
      : [];
    bar.append(...changing, filter);
    bar.hidden = false;
  };

  // At the end of the table; where rows have their places also below the one that is chosen, which the button names.
  const adding = (sheet) => {
    const { words, config } = sheet;
    const add = button(words.add, () => acts.add(sheet), config.moves ? "" : "Control+Enter");
    add.title = words.add_where;
    if (config.moves) sheet.inserting = button("", () => acts.insert(sheet), "Control+Enter");
    return [add, ...(config.moves ? [sheet.inserting] : []), button(words.copy, () => acts.copy(sheet))];
  };

  const nameInserting = (sheet) => {
    const place = sheet.ranges && sheet.current()?.getPosition();
    if (!sheet.inserting) return;
    sheet.inserting.hidden = !place;
    sheet.inserting.textContent = cells.fill(sheet.words.insert, { row: place });
  };

  // The line below the table

  const choices = (sheet, state, name) => {
    const { words } = sheet;
    const made = [];
    const column = sheet.columns.get(name);
    if (column && name in state.now) {
      const theirs = cells.words(column, state.now[name], words) || words.nothing;
      const mine = cells.words(column, sheet.value(state.number, name), words) || words.nothing;
      made.push(
        button(cells.fill(words.theirs, { value: theirs }), () => settle(sheet, state, name, true)),
        button(cells.fill(words.mine, { value: mine }), () => settle(sheet, state, name, false)),
      );
    }
    if (state.unknown.includes(name) && column?.creates) {
      made.push(button(`${column.creates}: ${sheet.value(state.number, name)}`, () => enter(sheet, [[state, [name]]])));
    }
    if (state.there[name]) {
      const link = document.createElement("a");
      link.href = state.there[name];
      link.textContent = words.there;
      made.push(link);
    }
    if (state.isWrong) {
      made.push(button(words.discard, () => {
        sheet.saving.discard(state);
        sheet.focus();
      }));
    }
    return made;
  };

  const settle = (sheet, state, name, isTheirs) => {
    state.saved[name] = state.now[name];
    state.heard(name);
    if (isTheirs) {
      state.typed.delete(name);
      sheet.set(state.number, { [name]: state.saved[name] });
    } else state.typed.set(name, state.saved[name]);
    state.isRefused = state.isWrong;
    sheet.show([state.number]);
    sheet.report();
    sheet.focus();
    sheet.saving.flush();
  };

  const standing = (sheet) => {
    const { saving, words } = sheet;
    if (saving.isSending) return words.saving;
    const all = sheet.table.getDataCount();
    const active = sheet.table.getDataCount("active");
    const counted = all === 0 ? sheet.none : all === 1 ? words.rows_one : words.rows;
    const count = cells.fill(active === all ? counted : words.shown, { count: all, shown: active });
    const wrong = saving.wrong.length;
    if (wrong) return [sheet.said, cells.fill(wrong === 1 ? words.wrong_one : words.wrong, { wrong })].filter(Boolean).join(" ");
    const typed = saving.savedRows.size;
    const saved = typed ? (typed === 1 ? words.saved_one : cells.fill(words.saved, { count: typed })) : "";
    return [sheet.said, saved, saving.unsaved.length ? words.unsaved : "", count].filter(Boolean).join(" ");
  };

  // Where several names mean nothing that is there and can be entered: all of them in one step, each once.
  const enterAll = (sheet) => {
    const meant = (state) => state.unknown.filter((name) => sheet.columns.get(name)?.creates);
    const unknown = sheet.saving.wrong.map((state) => [state, meant(state)]).filter(([, names]) => names.length);
    const named = new Set(unknown.flatMap(([state, names]) => names.map((name) => String(sheet.value(state.number, name)).trim())));
    if (named.size < 2) return [];
    const words = cells.fill(sheet.words.enter_all, { count: named.size, names: [...named].join(", ") });
    return [button(words, () => enter(sheet, unknown))];
  };

  // What these cells name is entered with their rows, which are sent once more.
  const enter = (sheet, unknown) => {
    unknown.forEach(([state, names]) => {
      names.forEach((name) => state.create.add(name));
      Object.assign(state, { isRefused: false, errors: {} });
    });
    sheet.focus();
    sheet.saving.flush();
  };

  const again = (sheet) => {
    sheet.focus();
    sheet.saving.retry();
  };

  const report = (sheet) => {
    if (!sheet.table) return;
    const line = sheet.part("status");
    const row = sheet.ranges && sheet.current();
    const state = row && sheet.stateOf(row);
    const column = sheet.ranges && sheet.currentColumn();
    const parts = [document.createTextNode(sheet.saving.failed || standing(sheet))];
    if (sheet.saving.failed) parts.push(button(sheet.words.again, () => again(sheet)));
    else if (sheet.saving.wrong.length) parts.push(button(sheet.words.next, () => faults.next(sheet), "F8"), ...enterAll(sheet));
    const wrong = state && [...(state.errors[column?.name] ?? []), ...(state.errors[""] ?? [])];
    if (wrong?.length) {
      const words = document.createElement("strong");
      words.className = "sheet-said";
      words.textContent = `${column?.heading ?? ""}: ${wrong.join(" ")}`;
      parts.push(words, ...choices(sheet, state, column?.name));
    } else if (state?.locked) parts.push(document.createTextNode(` ${state.locked}`));
    const made = document.createElement("p");
    made.append(...parts);
    // The same words stay, so that a button in them is not taken from under the pointer.
    const said = `${state?.number} ${column?.name} ${made.innerHTML}`;
    if (said !== sheet.reported) line.replaceChildren(...made.childNodes);
    sheet.reported = said;
    line.classList.toggle("sheet-bad", Boolean(sheet.saving.failed || sheet.saving.wrong.length));
    nameInserting(sheet);
    faults.list(sheet);
    faults.draw(sheet);
  };

  // Why regulated values change or their rows go: once for a gesture; null where all is left as it was.
  const ask = (sheet, why, names = []) => {
    const dialog = sheet.part("reason");
    const field = dialog.querySelector("textarea");
    field.value = "";
    sheet.part("reason-why").textContent = why;
    sheet.part("reason-what").textContent = names.map((name) => sheet.columns.get(name).heading).join(", ");
    dialog.returnValue = "cancel";
    dialog.showModal();
    field.focus();
    return new Promise((resolve) => {
      const closed = () => {
        sheet.focus();
        resolve(dialog.returnValue === "save" && field.value.trim() ? field.value.trim() : null);
      };
      dialog.addEventListener("close", closed, { once: true });
    });
  };

  return { ask, button, report, tools };
})();
