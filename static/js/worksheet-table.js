// Around the grid of a worksheet: its buttons, its keys, and the line that says what is saved and what a cell has.
window.worksheets = (() => {
  const cells = window.sheetCells;
  const acts = window.sheetActs;

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
          ...(config.grows ? [button(words.add, () => acts.add(sheet), "Control+Enter"), button(words.copy, () => acts.copy(sheet))] : []),
          ...(config.moves ? [button(words.up, () => acts.move(sheet, false), "Alt+ArrowUp"), button(words.down, () => acts.move(sheet, true), "Alt+ArrowDown")] : []),
          button(words.fill, () => acts.fillDown(sheet), "Control+D"),
          button(words.undo, () => acts.undo(sheet), "Control+Z"),
          ...(config.grows ? [button(words.remove, () => acts.remove(sheet), "Control+Delete")] : []),
        ]
      : [];
    bar.append(...changing, filter);
    bar.hidden = false;
  };

  // Keys

  const keys = (sheet) => {
    const holder = sheet.part("grid");
    const inField = (event) => event.target.closest("input, textarea, select");
    const pressed = {
      d: () => acts.fillDown(sheet),
      z: () => acts.undo(sheet),
      enter: () => sheet.config.grows && acts.add(sheet),
      delete: () => sheet.config.grows && acts.remove(sheet),
    };
    // Tab goes on to the next cell, which keeps the focus. From the end of a row, after Escape, and from what is around the rows it leaves.
    const isEmpty = () => sheet.table.getDataCount("active") === 0; // there is no cell to go to, and the library would look for one
    const leaves = ({ target, shiftKey }) => {
      if (isEmpty()) return true;
      const edge = shiftKey ? sheet.config.columns[0] : sheet.config.columns.at(-1);
      const isOnward = target === sheet.table.rowManager.element && sheet.currentColumn() && sheet.currentColumn().name !== edge.name;
      return sheet.isEscaped || !isOnward;
    };
    holder.addEventListener("keydown", (event) => {
      if (event.key === "Tab" && !event.target.closest(".sheet-editor-box")) {
        if (leaves(event)) event.stopPropagation(); // the library would keep it
        sheet.isEscaped = false;
        return;
      }
      if (event.key !== "Shift") sheet.isEscaped = event.key === "Escape" && !inField(event);
      if (inField(event)) return;
      if (event.key.startsWith("Arrow") && isEmpty()) event.stopPropagation();
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (command && !event.altKey && !event.shiftKey && pressed[key] && sheet.config.may_change) {
        event.preventDefault();
        event.stopPropagation();
        pressed[key]();
      } else if (event.altKey && sheet.config.moves && ["arrowup", "arrowdown"].includes(key)) {
        event.preventDefault();
        event.stopPropagation();
        acts.move(sheet, key === "arrowdown");
      } else if (["delete", "backspace"].includes(key) && sheet.config.may_change) {
        event.preventDefault();
        acts.empty(sheet);
      } else if (key === "f2" || (!command && (key === "enter" || (event.key.length === 1 && !event.altKey)))) {
        event.stopPropagation(); // the library would open an editor that a closed column does not have
        const column = sheet.currentColumn();
        const row = sheet.current();
        const state = row && sheet.stateOf(row);
        if (!column || !state) return;
        event.preventDefault();
        if (!sheet.mayType(state, column)) return sheet.say(sheet.whyNot(state, column));
        if (event.key.length === 1) sheet.letter = event.key;
        row.getCell(`${window.worksheets.FIELD}${column.name}`).edit();
      }
      if (event.key.length === 1 && !command) event.stopPropagation();
      return undefined;
    }, true);
    holder.addEventListener("paste", (event) => {
      if (inField(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (sheet.config.may_change) acts.paste(sheet, event.clipboardData.getData("text/plain"));
    }, true);
  };

  // The line below the buttons

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
      made.push(button(`${column.creates}: ${sheet.value(state.number, name)}`, () => {
        state.create.add(name);
        state.isRefused = false;
        state.errors = {};
        sheet.focus();
        sheet.saving.flush();
      }));
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
    const counted = all === 1 ? words.rows_one : words.rows;
    const count = cells.fill(active === all ? counted : words.shown, { count: all, shown: active });
    const wrong = saving.wrong.length;
    if (wrong) return [sheet.said, cells.fill(wrong === 1 ? words.wrong_one : words.wrong, { wrong })].filter(Boolean).join(" ");
    const saved = saving.savedCount ? (saving.savedCount === 1 ? words.saved_one : cells.fill(words.saved, { count: saving.savedCount })) : "";
    return [sheet.said, saved, saving.unsaved.length ? words.unsaved : "", count].filter(Boolean).join(" ");
  };

  // The next cell below the current row that is wrong, then again from the top.
  const nextWrong = (sheet) => {
    const rows = sheet.table.getRows("active");
    const at = rows.indexOf(sheet.current());
    const wrong = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find((row) => sheet.stateOf(row)?.isRefused);
    if (!wrong) return;
    const names = Object.keys(sheet.stateOf(wrong).errors).filter(Boolean);
    sheet.select(wrong, names.find((name) => sheet.columns.has(name)));
  };

  // Where several names mean nothing that is there and can be entered: all of them in one step, each once.
  const enterAll = (sheet) => {
    const meant = (state) => state.unknown.filter((name) => sheet.columns.get(name)?.creates);
    const states = sheet.saving.wrong.filter((state) => meant(state).length);
    const named = new Set(states.flatMap((state) => meant(state).map((name) => String(sheet.value(state.number, name)).trim())));
    if (named.size < 2) return [];
    const words = cells.fill(sheet.words.enter_all, { count: named.size, names: [...named].join(", ") });
    return [button(words, () => {
      states.forEach((state) => {
        meant(state).forEach((name) => state.create.add(name));
        state.isRefused = false;
        state.errors = {};
      });
      sheet.focus();
      sheet.saving.flush();
    })];
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
    else if (sheet.saving.wrong.length) parts.push(button(sheet.words.next, () => nextWrong(sheet)), ...enterAll(sheet));
    const wrong = state && [...(state.errors[column?.name] ?? []), ...(state.errors[""] ?? [])];
    if (wrong?.length) {
      const words = document.createElement("strong");
      words.className = "sheet-said";
      words.textContent = `${column?.heading ?? ""}: ${wrong.join(" ")}`;
      parts.push(words, ...choices(sheet, state, column?.name));
    } else if (state?.locked) parts.push(document.createTextNode(state.locked));
    const made = document.createElement("p");
    made.append(...parts);
    // The same words stay, so that a button in them is not taken from under the pointer.
    const said = `${state?.number} ${column?.name} ${made.innerHTML}`;
    if (said !== sheet.reported) line.replaceChildren(...made.childNodes);
    sheet.reported = said;
    line.classList.toggle("sheet-bad", Boolean(sheet.saving.failed || sheet.saving.wrong.length));
  };

  // Why regulated values change: once for a gesture; null where they are left as they were.
  const ask = (sheet, names) => {
    const dialog = sheet.part("reason");
    const field = dialog.querySelector("textarea");
    field.value = "";
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

  return { ask, keys, report, tools };
})();
