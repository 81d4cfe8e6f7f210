// Around the grid of a worksheet: its buttons, its keys, and the line that says what is saved and what a cell has.
window.worksheets = (() => {
  const cells = window.sheetCells;

  const button = (words, act, keys = "") => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = words;
    if (keys) made.setAttribute("aria-keyshortcuts", keys);
    made.addEventListener("click", act);
    return made;
  };

  // Acts of buttons and keys

  const add = async (sheet) => {
    const current = sheet.current();
    const number = await sheet.insert(sheet.config.moves && current ? current.getData().n : null);
    sheet.gestures.push({ added: [number] });
    sheet.select(sheet.row(number));
    sheet.report();
  };

  const copy = async (sheet) => {
    const { rows } = sheet.chosen();
    const added = [];
    const wanted = [];
    for (const row of rows) {
      const number = await sheet.insert(sheet.config.moves ? rows.at(-1).getData().n : null);
      added.push(number);
      sheet.config.columns.filter((column) => column.typed).forEach(({ name }) => {
        const value = sheet.value(row.getData().n, name);
        if (!cells.isEmpty(value)) wanted.push([number, name, value]);
      });
    }
    // What a copy may not repeat is typed before it is sent: the row waits until one leaves it.
    sheet.select(sheet.row(added[0]));
    await sheet.write(wanted, { added });
  };

  const remove = async (sheet) => {
    const { rows } = sheet.chosen();
    const numbers = rows.map((row) => row.getData().n);
    if (!numbers.length) return;
    const states = numbers.map((number) => sheet.saving.states.get(number));
    const kept = states.some((state) => state.key !== null);
    if (numbers.length > 1 && !window.confirm(cells.fill(sheet.words.sure, { count: numbers.length }))) return;
    const reason = kept && sheet.config.asks_reason ? await sheet.ask([...sheet.saving.regulated]) : "";
    if (reason === null) return;
    const before = rows.map((row, place) => ({
      number: numbers[place],
      above: row.getPrevRow() ? row.getPrevRow().getData().n : undefined,
      values: sheet.typedOf(states[place].saved),
      kept: states[place].key !== null,
    }));
    const gone = new Set(await sheet.takeAway(numbers, reason));
    const removed = before.filter((each) => gone.has(each.number) && each.kept);
    if (removed.length) sheet.gestures.push({ removed });
  };

  const move = async (sheet, down) => {
    const row = sheet.current();
    const rows = sheet.table.getRows();
    const place = rows.findIndex((each) => each.getData().n === row?.getData().n);
    if (place < 0 || (down ? place === rows.length - 1 : place === 0)) return;
    const number = row.getData().n;
    const before = place === 0 ? null : rows[place - 1].getData().n;
    const above = down ? rows[place + 1] : rows[place - 2];
    await sheet.put(number, above ? above.getData().n : null);
    sheet.gestures.push({ move: { number, after: before } });
  };

  const fillDown = (sheet) => {
    const { rows, names } = sheet.chosen();
    const first = rows.length > 1 ? rows[0] : rows[0] && rows[0].getPrevRow();
    if (!first) return;
    const into = rows.length > 1 ? rows.slice(1) : rows;
    sheet.write(into.flatMap((row) => names.map((name) => [row.getData().n, name, sheet.value(first.getData().n, name)])));
  };

  const empty = (sheet) => {
    const { rows, names } = sheet.chosen();
    sheet.write(rows.flatMap((row) => names.map((name) => [row.getData().n, name, null])));
  };

  const paste = async (sheet, text) => {
    let block = cells.block(text);
    const range = sheet.range();
    const { rows: chosen, names: chosenNames } = sheet.chosen();
    if (block.length === 1 && block[0].length === 1) {
      await sheet.write(chosen.flatMap((row) => chosenNames.map((name) => [row.getData().n, name, block[0][0].trim()])));
      return;
    }
    const names = sheet.config.columns.map((column) => column.name).slice(Math.max(range.getLeftEdge() - 1, 0));
    const heads = names.map((name) => sheet.columns.get(name).heading.toLowerCase());
    if (block[0].every((words, place) => words.trim().replace(/ \*$/, "").toLowerCase() === heads[place])) block = block.slice(1);
    if (block.length > sheet.config.most) return sheet.say(cells.fill(sheet.words.too_many, { most: sheet.config.most }));
    const rows = sheet.table.getRows("active").slice(range.getTopEdge()).map((row) => row.getData().n);
    const pairs = (line) => line.slice(0, names.length).map((words, place) => [names[place], words.trim()]);
    const below = sheet.config.may_change ? block.slice(rows.length) : [];
    const made = below.map((line) => sheet.rowOf(null, pairs(line)));
    if (made.length) await sheet.table.addData(made, false);
    const edits = made.flatMap((row, place) =>
      pairs(below[place]).filter(([name, words]) => words && sheet.columns.get(name).typed).map(([name, words]) => sheet.edit(row.n, name, null, words)),
    );
    const wanted = block.slice(0, rows.length).flatMap((line, place) => pairs(line).map(([name, words]) => [rows[place], name, words]));
    await sheet.write(wanted, { added: made.map((row) => row.n) }, edits);
    const isWide = block.some((line) => line.length > names.length);
    if (isWide) sheet.say(sheet.words.wide);
    return undefined;
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
          button(words.add, () => add(sheet), "Control+Enter"),
          button(words.copy, () => copy(sheet)),
          ...(config.moves ? [button(words.up, () => move(sheet, false), "Alt+ArrowUp"), button(words.down, () => move(sheet, true), "Alt+ArrowDown")] : []),
          button(words.fill, () => fillDown(sheet), "Control+D"),
          button(words.undo, () => sheet.undo(), "Control+Z"),
          button(words.remove, () => remove(sheet), "Control+Delete"),
        ]
      : [];
    bar.append(...changing, filter);
    bar.hidden = false;
  };

  // Keys

  const keys = (sheet) => {
    const holder = sheet.part("grid");
    const inField = (event) => event.target.closest("input, textarea, select");
    const mayType = () => Boolean(sheet.currentColumn() && sheet.current() && sheet.mayType(sheet.stateOf(sheet.current()), sheet.currentColumn()));
    const pressed = {
      d: () => fillDown(sheet),
      z: () => sheet.undo(),
      enter: () => add(sheet),
      delete: () => remove(sheet),
    };
    holder.addEventListener("keydown", (event) => {
      if (inField(event)) return;
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (command && !event.altKey && !event.shiftKey && pressed[key] && sheet.config.may_change) {
        event.preventDefault();
        event.stopPropagation();
        pressed[key]();
      } else if (event.altKey && sheet.config.moves && ["arrowup", "arrowdown"].includes(key)) {
        event.preventDefault();
        event.stopPropagation();
        move(sheet, key === "arrowdown");
      } else if (["delete", "backspace"].includes(key) && sheet.config.may_change) {
        event.preventDefault();
        empty(sheet);
      } else if (key === "enter" && !command && !mayType()) {
        event.preventDefault(); // the library would open an editor that a closed column does not have
        event.stopPropagation();
      } else if (key === "f2" || (event.key.length === 1 && !command && !event.altKey)) {
        if (!mayType()) return;
        const column = sheet.currentColumn();
        const row = sheet.current();
        event.preventDefault();
        if (key !== "f2") sheet.letter = event.key;
        row.getCell(`${window.worksheets.FIELD}${column.name}`).edit();
      }
      if (event.key.length === 1 && !command) event.stopPropagation();
    }, true);
    holder.addEventListener("paste", (event) => {
      if (inField(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (sheet.config.may_change) paste(sheet, event.clipboardData.getData("text/plain"));
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
        sheet.saving.flush();
      }));
    }
    if (state.there[name]) {
      const link = document.createElement("a");
      link.href = state.there[name];
      link.textContent = words.there;
      made.push(link);
    }
    if (Object.keys(state.errors).length) made.push(button(words.discard, () => sheet.saving.discard(state)));
    return made;
  };

  const settle = (sheet, state, name, isTheirs) => {
    state.saved = { ...state.saved, [name]: state.now[name] };
    delete state.now[name];
    delete state.errors[name];
    if (isTheirs) {
      state.typed.delete(name);
      sheet.set(state.number, { [name]: state.saved[name] });
    }
    state.isRefused = Object.keys(state.errors).length > 0;
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
    const count = cells.fill(active === all ? words.rows : words.shown, { count: all, shown: active });
    const wrong = saving.wrong.length;
    if (wrong) return cells.fill(wrong === 1 ? words.wrong_one : words.wrong, { wrong });
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

  const report = (sheet) => {
    if (!sheet.table) return;
    const line = sheet.part("status");
    const row = sheet.ranges && sheet.current();
    const state = row && sheet.stateOf(row);
    const column = sheet.ranges && sheet.currentColumn();
    const parts = [document.createTextNode(sheet.saving.failed || standing(sheet))];
    if (sheet.saving.failed) parts.push(button(sheet.words.again, () => sheet.saving.retry()));
    else if (sheet.saving.wrong.length) parts.push(button(sheet.words.next, () => nextWrong(sheet)));
    const said = state && [...(state.errors[column?.name] ?? []), ...(state.errors[""] ?? [])];
    if (said?.length) {
      const words = document.createElement("strong");
      words.className = "sheet-said";
      words.textContent = `${column?.heading ?? ""}: ${said.join(" ")}`;
      parts.push(words, ...choices(sheet, state, column?.name));
    } else if (state?.locked) parts.push(document.createTextNode(state.locked));
    line.replaceChildren(...parts);
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
