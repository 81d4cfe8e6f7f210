// What people do with the rows of a worksheet's grid: add, copy, move, take away, fill, empty, paste; and the way back.
window.sheetActs = (() => {
  const cells = window.sheetCells;
  const drawing = window.sheetDrawing;

  const add = async (sheet) => {
    const current = sheet.current();
    const number = await sheet.insert(sheet.config.moves && current ? current.getData().n : null);
    sheet.gestures.push({ added: [number] });
    sheet.select(sheet.row(number));
    sheet.report();
  };

  // What may be there only once is told at its cell as soon as the copy is sent.
  const copy = async (sheet) => {
    const { rows } = sheet.chosen();
    if (!rows.length) return;
    const added = [];
    const wanted = [];
    for (const row of rows) {
      const number = await sheet.insert(sheet.config.moves ? (added.at(-1) ?? rows.at(-1).getData().n) : null);
      added.push(number);
      sheet.config.columns.filter((column) => column.typed).forEach(({ name }) => {
        const value = sheet.value(row.getData().n, name);
        if (!cells.isEmpty(value)) wanted.push([number, name, value]);
      });
    }
    sheet.select(sheet.row(added[0]));
    await sheet.write(wanted, { added });
  };

  // What takes a while is done one after the other, with the rows that were chosen when the key was pressed.
  const afterwards = (sheet, act) => {
    sheet.acting = Promise.resolve(sheet.acting).then(act, act);
    return sheet.acting;
  };

  const remove = (sheet) => {
    const numbers = sheet.chosen().rows.map((row) => row.getData().n);
    return afterwards(sheet, () => removeRows(sheet, numbers));
  };

  const removeRows = async (sheet, chosen) => {
    const numbers = chosen.filter((number) => sheet.saving.states.has(number));
    if (!numbers.length) return;
    if (numbers.length > 1 && !window.confirm(cells.fill(sheet.words.sure, { count: numbers.length }))) return;
    const reason = await reasonToRemove(sheet, numbers);
    if (reason === null) return;
    const before = numbers.filter((number) => sheet.saving.states.has(number)).map((number) => {
      const state = sheet.saving.states.get(number);
      const above = sheet.row(number).getPrevRow();
      return { number, above: above ? above.getData().n : 0, values: sheet.typedOf(state.saved), isKept: state.key !== null };
    });
    const gone = new Set(await takeAway(sheet, numbers, reason));
    const removed = before.filter((each) => gone.has(each.number) && each.isKept);
    if (removed.length) sheet.gestures.push({ removed });
  };

  // "" where none is needed, null where it is withheld. What is on its way is kept or not by the time that one knows.
  const reasonToRemove = async (sheet, numbers) => {
    await sheet.saving.settled();
    const isKept = numbers.some((number) => (sheet.saving.states.get(number)?.key ?? null) !== null);
    return isKept && sheet.config.asks_reason ? sheet.ask([...sheet.saving.regulated]) : "";
  };

  // The numbers of those that are gone; what is wrong with the others stands at their rows.
  const takeAway = async (sheet, numbers, reason) => {
    const { saving } = sheet;
    const states = numbers.map((number) => saving.states.get(number)).filter(Boolean);
    let kept = [];
    const answer = await saving.act(() => {
      kept = states.filter((state) => state.key !== null);
      return kept.map((state) => ({ act: "remove", id: state.key, seen: sheet.typedOf(state.saved) }));
    }, reason);
    if (!answer) return [];
    const stay = kept.filter((_state, place) => !answer.results[place].saved);
    stay.forEach((state) => {
      const { errors, now } = answer.results[kept.indexOf(state)];
      Object.assign(state, { errors: { "": Object.values(errors).flat() }, isRefused: true, saved: { ...state.saved, ...now } });
      sheet.set(state.number, now);
    });
    const gone = states.filter((state) => !stay.includes(state)).map((state) => state.number);
    gone.forEach((number) => sheet.drop(number));
    sheet.show(stay.map((state) => state.number));
    sheet.say(stay.length ? stay[0].errors[""].join(" ") : "");
    return gone;
  };

  const move = (sheet, down) => {
    const number = sheet.current()?.getData().n;
    sheet.focus();
    return afterwards(sheet, () => moveRow(sheet, number, down));
  };

  const moveRow = async (sheet, number, down) => {
    const rows = sheet.table.getRows();
    const place = rows.findIndex((each) => each.getData().n === number);
    if (place < 0) return;
    if (down ? place === rows.length - 1 : place === 0) return sheet.say(sheet.words.at_end);
    const before = place === 0 ? null : rows[place - 1].getData().n;
    const above = down ? rows[place + 1] : rows[place - 2];
    if (await put(sheet, number, above ? above.getData().n : null)) sheet.gestures.push({ move: { number, after: before } });
  };

  // Behind the row with the number `after`, null for the first place; whether it stands there now.
  const put = async (sheet, number, after) => {
    const { saving, words } = sheet;
    const state = saving.states.get(number);
    const above = after === null ? null : saving.states.get(after);
    const answer = await saving.act(() => {
      const isSaved = state && above !== undefined && state.key !== null && above?.key !== null;
      return isSaved ? [{ act: "move", id: state.key, after: above ? above.key : 0 }] : [];
    });
    if (!answer) return false;
    const [result] = answer.results;
    if (!result?.saved) {
      sheet.say(result ? Object.values(result.errors).flat().join(" ") : words.not_moved);
      return false;
    }
    const row = sheet.row(number);
    drawing.keeping(sheet, () => (above ? row.move(after, false) : row.move(sheet.table.getRows()[0], true)));
    sheet.show(sheet.table.getRows().map((each) => each.getData().n));
    if (sheet.current()?.getData().n === number && !drawing.isOpen(sheet)) row.scrollTo("nearest", false).catch(() => {});
    return true;
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
    const here = sheet.table.getRows("active").slice(range.getTopEdge()).map((row) => row.getData().n);
    // A block that begins in a new row goes in whole: what stands below that row is not written over.
    const isNew = (number) => sheet.saving.states.get(number).key === null && !sheet.saving.states.get(number).typed.size;
    const news = here.findIndex((number) => !isNew(number));
    const rows = news > 0 ? here.slice(0, news) : here;
    const pairs = (line) => line.slice(0, names.length).map((words, place) => [names[place], words.trim()]);
    const below = sheet.config.grows ? block.slice(rows.length) : [];
    const made = below.map((line) => sheet.rowOf(null, pairs(line)));
    if (made.length) await sheet.table.addData([...made], false, news > 0 ? rows.at(-1) : undefined);
    const given = made.flatMap((row, place) => pairs(below[place]).filter(([, words]) => words).map(([name, words]) => sheet.edit(row.n, name, null, words)));
    const edits = given.filter(({ name }) => sheet.columns.get(name).typed);
    const wanted = block.slice(0, rows.length).flatMap((line, place) => pairs(line).map(([name, words]) => [rows[place], name, words]));
    await sheet.write(wanted, { added: made.map((row) => row.n) }, edits, given.length - edits.length);
    const isWide = block.some((line) => line.length > names.length);
    const isLong = !sheet.config.grows && block.length > rows.length;
    if (isWide || isLong) sheet.say([sheet.said, isWide && sheet.words.wide, isLong && sheet.words.long].filter(Boolean).join(" "));
  };

  const undo = (sheet) => afterwards(sheet, () => undoLast(sheet));

  const undoLast = async (sheet) => {
    const gesture = sheet.gestures.pop();
    if (!gesture) return sheet.say(sheet.words.nothing_to_undo);
    if (await takeBack(sheet, gesture)) return sheet.say(sheet.words.undone);
    sheet.gestures.push(gesture); // it was refused, or its reason withheld
  };

  const takeBack = async (sheet, { edits = [], added = [], removed = [], move: moved = null }) => {
    if (moved) return put(sheet, moved.number, moved.after);
    if (removed.length) return addBack(sheet, removed);
    const { saving } = sheet;
    const away = added.filter((number) => saving.states.has(number));
    if (away.length) {
      const reason = await reasonToRemove(sheet, away);
      if (reason === null || (await takeAway(sheet, away, reason)).length < away.length) return false;
    }
    const back = edits.filter(({ number }) => !added.includes(number) && saving.states.has(number));
    saving.isWithheld = false;
    await sheet.write(back.map(({ number, name, before }) => [number, name, before]), null);
    return !saving.isWithheld;
  };

  // With the numbers that they had, by which what stands around them knows them.
  const addBack = async (sheet, removed) => {
    const wanted = [];
    for (const { number, above, values } of removed) {
      await sheet.insert(above === 0 || sheet.row(above) ? above : null, number);
      sheet.saving.states.get(number).isWaiting = false;
      Object.entries(values).forEach(([name, value]) => cells.isEmpty(value) || wanted.push([number, name, value]));
    }
    await sheet.write(wanted, null);
    return true;
  };

  return { add, copy, empty, fillDown, move, paste, remove, undo };
})();
