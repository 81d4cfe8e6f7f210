// The rows of a worksheet's grid as they come, go and change places, for whoever does it and for the way back.
window.sheetRows = (() => {
  const cells = window.sheetCells;
  const drawing = window.sheetDrawing;

  // What takes a while is done one after the other, with the rows that were chosen when the key was pressed.
  const afterwards = (sheet, act) => {
    sheet.acting = Promise.resolve(sheet.acting).then(act, act);
    return sheet.acting;
  };

  const add = async (sheet, behind) => {
    const number = await sheet.insert(behind);
    sheet.did({ added: [number] });
    sheet.select(sheet.row(number));
    sheet.report();
  };

  // The row above one, 0 for the first place.
  const above = (sheet, number) => {
    const row = sheet.row(number)?.getPrevRow();
    return row ? row.getData().n : 0;
  };

  // Rows as they can be brought back: a saved one as it is saved, another as it was typed; of an empty one there is nothing to keep.
  const noted = (sheet, numbers) =>
    numbers
      .filter((number) => sheet.saving.states.has(number))
      .map((number) => {
        const state = sheet.saving.states.get(number);
        const values = sheet.typedOf(state.key === null ? (name) => sheet.value(number, name) : (name) => state.saved[name]);
        return { number, above: above(sheet, number), values };
      });

  // The numbers of those that are gone; what is wrong with the others stands at their rows. Why they go is asked where they can go.
  const takeAway = async (sheet, numbers) => {
    const { saving } = sheet;
    const states = numbers.map((number) => saving.states.get(number)).filter(Boolean);
    let kept = [];
    const answer = await saving.act(() => {
      kept = states.filter((state) => state.key !== null);
      return kept.map((state) => ({ act: "remove", id: state.key, seen: sheet.typedOf((name) => state.saved[name]) }));
    }, () => sheet.askWhyGone(kept.length));
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

  // With the numbers that they had, by which what stands around them knows them. They are there at once, saved a little later.
  const bringBack = async (sheet, removed) => {
    const wanted = [];
    for (const row of removed) {
      const typed = Object.entries(row.values).filter(([, value]) => !cells.isEmpty(value));
      await sheet.insert(row.above === 0 || sheet.row(row.above) ? row.above : null, row.number);
      if (typed.length) sheet.saving.states.get(row.number).isWaiting = false;
      wanted.push(...typed.map(([name, value]) => [row.number, name, value]));
    }
    sheet.write(wanted, null);
  };

  // Behind the row with the number `after`, null for the first place; whether it stands there now.
  const put = async (sheet, number, after) => {
    const { saving, words } = sheet;
    const state = saving.states.get(number);
    const behind = after === null ? null : saving.states.get(after);
    const answer = await saving.act(() => {
      const isSaved = state && behind !== undefined && state.key !== null && behind?.key !== null;
      return isSaved ? [{ act: "move", id: state.key, after: behind ? behind.key : 0 }] : [];
    });
    if (!answer) return false;
    const [result] = answer.results;
    if (!result?.saved) {
      sheet.say(result ? Object.values(result.errors).flat().join(" ") : words.not_moved);
      return false;
    }
    const row = sheet.row(number);
    drawing.keeping(sheet, () => (behind ? row.move(after, false) : row.move(sheet.table.getRows()[0], true)));
    sheet.show(sheet.table.getRows().map((each) => each.getData().n));
    if (sheet.current()?.getData().n === number && !drawing.isOpen(sheet)) row.scrollTo("nearest", false).catch(() => {});
    return true;
  };

  return { above, add, afterwards, bringBack, noted, put, takeAway };
})();
