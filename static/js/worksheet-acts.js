// What people do with the rows and cells of a worksheet's grid: copy, move, take away, fill, empty, cut, paste.
window.sheetActs = (() => {
  const cells = window.sheetCells;
  const rows = window.sheetRows;

  // At the end, whatever is chosen.
  const add = (sheet) => rows.add(sheet, null);

  const insert = (sheet) => rows.add(sheet, sheet.current()?.getData().n ?? null);

  // What may be there only once is told at its cell as soon as the copy is sent.
  const copy = async (sheet) => {
    const { rows: chosen } = sheet.chosen();
    if (!chosen.length) return sheet.say(sheet.words.no_row);
    const added = [];
    const wanted = [];
    for (const row of chosen) {
      const number = await sheet.insert(sheet.config.moves ? (added.at(-1) ?? chosen.at(-1).getData().n) : null);
      added.push(number);
      sheet.saving.typedNames.forEach((name) => {
        const value = sheet.value(row.getData().n, name);
        if (!cells.isEmpty(value)) wanted.push([number, name, value]);
      });
    }
    sheet.select(sheet.row(added[0]));
    await sheet.write(wanted, { added });
  };

  const remove = (sheet) => {
    const numbers = sheet.chosen().rows.map((row) => row.getData().n);
    if (!numbers.length) return sheet.say(sheet.words.no_row);
    return rows.afterwards(sheet, () => removeRows(sheet, numbers));
  };

  const removeRows = async (sheet, chosen) => {
    const numbers = chosen.filter((number) => sheet.saving.states.has(number));
    if (!numbers.length) return;
    if (numbers.length > 1 && !window.confirm(cells.fill(sheet.words.sure, { count: numbers.length }))) return;
    await sheet.saving.settled();
    const before = rows.noted(sheet, numbers).filter(({ values }) => Object.values(values).some((value) => !cells.isEmpty(value)));
    const gone = new Set(await rows.takeAway(sheet, numbers));
    const removed = before.filter((each) => gone.has(each.number));
    if (!removed.length) return;
    sheet.did({ removed });
    sheet.say(removed.length === 1 ? sheet.words.removed_one : cells.fill(sheet.words.removed, { count: removed.length }));
  };

  const move = (sheet, down) => {
    const number = sheet.current()?.getData().n;
    if (number === undefined) return sheet.say(sheet.words.no_row);
    sheet.focus();
    return rows.afterwards(sheet, () => moveRow(sheet, number, down));
  };

  const moveRow = async (sheet, number, down) => {
    const all = sheet.table.getRows();
    const place = all.findIndex((each) => each.getData().n === number);
    if (place < 0) return;
    if (down ? place === all.length - 1 : place === 0) return sheet.say(sheet.words.at_end);
    const after = rows.above(sheet, number) || null;
    const above = down ? all[place + 1] : all[place - 2];
    if (await rows.put(sheet, number, above ? above.getData().n : null)) sheet.did({ move: { number, after } });
  };

  // Rows take what stands in others, one after the other and again from the first.
  const fill = (sheet, from, into, names) => {
    const source = (place) => from[place % from.length].getData().n;
    return sheet.write(into.flatMap((row, place) => names.map((name) => [row.getData().n, name, sheet.value(source(place), name)])));
  };

  const fillDown = (sheet) => {
    const { rows: chosen, names } = sheet.chosen();
    const first = chosen.length > 1 ? chosen[0] : chosen[0] && chosen[0].getPrevRow();
    if (!first) return sheet.say(sheet.words.no_row);
    return fill(sheet, [first], chosen.length > 1 ? chosen.slice(1) : chosen, names);
  };

  const empty = (sheet) => {
    const { rows: chosen, names } = sheet.chosen();
    sheet.write(chosen.flatMap((row) => names.map((name) => [row.getData().n, name, null])));
  };

  // What the chosen cells say; null where the browser keeps its clipboard to itself. Its event goes to whatever can be selected on the
  // page, which the cells are not, so that it is heard at the page.
  const toClipboard = (sheet) => {
    const { rows: chosen, names } = sheet.chosen();
    const words = (row, name) => cells.copied(sheet.columns.get(name), sheet.value(row.getData().n, name), sheet.words);
    const block = chosen.map((row) => names.map((name) => words(row, name)));
    const text = cells.lines(block);
    let isGiven = false;
    const give = (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      event.clipboardData.setData("text/plain", text);
      event.clipboardData.setData("text/html", cells.asTable(block));
      isGiven = true;
    };
    const selected = window.getSelection();
    selected.selectAllChildren(sheet.part("status"));
    document.addEventListener("copy", give, true);
    document.execCommand("copy");
    document.removeEventListener("copy", give, true);
    selected.removeAllRanges();
    return isGiven ? text : null;
  };

  const copyCells = (sheet) => {
    leave(sheet);
    toClipboard(sheet);
  };

  const keyOf = ({ number, name }) => `${number} ${name}`;

  // Cut cells stay until they are pasted, as in a spreadsheet: then they go to their new place in one gesture. Their place is that in the
  // block, by which what takes them is known.
  const cut = (sheet) => {
    const { rows: chosen, names } = sheet.chosen();
    const taken = chosen.flatMap((row, line) => {
      const { n: number } = row.getData();
      const each = names.map((name, place) => ({ number, name, place: `${line} ${place}`, value: sheet.value(number, name) }));
      return each.filter(({ name }) => sheet.mayType(sheet.stateOf(row), sheet.columns.get(name)));
    });
    leave(sheet);
    const text = chosen.length ? toClipboard(sheet) : null;
    if (text === null) return;
    if (!taken.length) return sheet.say(sheet.whyNot(sheet.stateOf(chosen[0]), sheet.columns.get(names[0])));
    sheet.cut = { text, cells: new Map(taken.map((each) => [keyOf(each), each])) };
    sheet.say(sheet.words.cut);
    sheet.show(chosen.map((row) => row.getData().n));
  };

  // What was cut stays where it is.
  const leave = (sheet) => {
    const numbers = sheet.cut ? [...sheet.cut.cells.values()].map(({ number }) => number) : [];
    sheet.cut = null;
    sheet.show([...new Set(numbers)]);
  };

  // The cells that were cut, where this is what was cut and still stands in them.
  const takenBy = (sheet, text) => {
    const plain = (words) => words.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    const taken = sheet.cut && plain(sheet.cut.text) === plain(text) ? [...sheet.cut.cells.values()] : [];
    leave(sheet);
    return taken.filter(({ value }) => !cells.isEmpty(value)).filter((each) => isThere(sheet, each));
  };

  const isThere = (sheet, { number, name, value }) => sheet.saving.states.has(number) && sheet.holds(number, name, value);

  // into: [number, name, words, place in the block], of cells that exist and of new ones. What was cut is emptied when its words are saved
  // in another cell, not before: what no cell takes, or what the server refuses there, stays where it was cut.
  const put = (sheet, taken, into, made = [], ...also) => {
    const { gestures, saving } = sheet;
    const { length } = gestures;
    const saved = sheet.write(into, ...also);
    const over = new Set(into.map(([number, name]) => keyOf({ number, name })));
    const byPlace = new Map(taken.filter((each) => !over.has(keyOf(each))).map((each) => [each.place, each]));
    const takes = ([number, name, , place]) => byPlace.has(place) && sheet.mayType(saving.states.get(number), sheet.columns.get(name));
    const moves = [...into, ...made].filter(takes).map(([number, name, words, place]) => ({ from: byPlace.get(place), number, name, words, gesture: gestures[length] }));
    sheet.moves.push(...moves);
    arrive(sheet, moves.filter(({ number, name }) => !saving.states.get(number).typed.has(name))); // it stood there before
    return saved;
  };

  // written: [number, name, words] that are saved.
  const arrived = (sheet, written) => {
    if (!sheet.moves.length) return;
    const there = new Map(written.map(([number, name, words]) => [keyOf({ number, name }), words]));
    arrive(sheet, sheet.moves.filter((move) => there.has(keyOf(move)) && cells.alike(there.get(keyOf(move)), move.words)));
  };

  // Taken back with the gesture that pasted it; what was typed over since it was cut stays.
  const arrive = (sheet, moves) => {
    const done = new Set(moves);
    sheet.moves = sheet.moves.filter((each) => !done.has(each));
    const { said } = sheet;
    new Set(moves.map(({ gesture }) => gesture)).forEach((gesture) => {
      const cut = new Set(moves.filter((each) => each.gesture === gesture).map(({ from }) => from));
      const left = [...cut].filter((each) => isThere(sheet, each) && sheet.mayType(sheet.saving.states.get(each.number), sheet.columns.get(each.name)));
      if (!left.length || (gesture && !sheet.gestures.includes(gesture))) return;
      gesture?.edits.push(...left.map(({ number, name }) => sheet.edit(number, name, sheet.value(number, name), null)));
      sheet.write(left.map(({ number, name }) => [number, name, null]), gesture ? null : {});
    });
    if (said) sheet.say(said);
  };

  const paste = async (sheet, text) => {
    const taken = takenBy(sheet, text);
    let block = cells.block(text);
    const range = sheet.range();
    const { rows: chosen, names: chosenNames } = sheet.chosen();
    if (block.length === 1 && block[0].length === 1) {
      await put(sheet, taken, chosen.flatMap((row) => chosenNames.map((name) => [row.getData().n, name, block[0][0].trim(), "0 0"])));
      return;
    }
    const names = sheet.config.columns.map((column) => column.name).slice(Math.max(range.getLeftEdge() - 1, 0));
    const heads = names.map((name) => sheet.columns.get(name).heading.toLowerCase());
    const first = block[0].every((words, place) => words.trim().replace(/ \*$/, "").toLowerCase() === heads[place]) ? 1 : 0;
    block = block.slice(first);
    if (block.length > sheet.config.most) return sheet.say(cells.fill(sheet.words.too_many, { most: sheet.config.most }));
    const here = sheet.table.getRows("active").slice(range.getTopEdge()).map((row) => row.getData().n);
    // A block that begins in a new row goes in whole: what stands below that row is not written over.
    const isNew = (number) => sheet.saving.states.get(number).key === null && !sheet.saving.states.get(number).typed.size;
    const news = here.findIndex((number) => !isNew(number));
    const into = news > 0 ? here.slice(0, news) : here;
    const pairs = (line) => line.slice(0, names.length).map((words, place) => [names[place], words.trim(), place]);
    const placed = (number, line) => pairs(block[line]).map(([name, words, place]) => [number, name, words, `${first + line} ${place}`]);
    const below = sheet.config.grows ? block.slice(into.length) : [];
    const made = below.map((line) => sheet.rowOf(null, pairs(line)));
    if (made.length) await sheet.table.addData([...made], false, news > 0 ? into.at(-1) : undefined);
    const given = made.flatMap((row, place) => pairs(below[place]).filter(([, words]) => words).map(([name, words]) => sheet.edit(row.n, name, null, words)));
    const edits = given.filter(({ name }) => sheet.columns.get(name).typed);
    const wanted = block.slice(0, into.length).flatMap((_line, place) => placed(into[place], place));
    const inNew = made.flatMap((row, place) => placed(row.n, into.length + place));
    await put(sheet, taken, wanted, inNew, { added: made.map((row) => row.n) }, edits, given.length - edits.length);
    const isWide = block.some((line) => line.length > names.length);
    const isLong = !sheet.config.grows && block.length > into.length;
    if (isWide || isLong) sheet.say([sheet.said, isWide && sheet.words.wide, isLong && sheet.words.long].filter(Boolean).join(" "));
  };

  return { add, arrived, copy, copyCells, cut, empty, fill, fillDown, insert, leave, move, paste, remove };
})();
