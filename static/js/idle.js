// Warns before the idle time-out and ends the session here when nobody is there. Somebody typing counts as being there,
// in any tab: the server hears of it at most once a minute. What the page asks for by itself (polling) does not count.
(() => {
  const session = document.getElementById("session");
  if (!session) return;
  const { keepAlive, signIn, signOut, csrf } = session.dataset;
  const idle = Number(session.dataset.idleSeconds);
  const warn = Math.min(Number(session.dataset.warnSeconds), idle / 3);
  const every = Math.min(60, idle / 10);
  const SHARED = "session:last-contact";
  const banner = document.getElementById("session-ends");
  const words = banner.querySelector("[data-session-left]");
  let present = false;
  let ending = false;

  const now = () => Date.now() / 1000;
  const last = () => Number(localStorage.getItem(SHARED)) || now();
  const heard = () => localStorage.setItem(SHARED, String(now()));
  const post = (address) => fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf } });

  const signedOut = () => {
    document.dispatchEvent(new Event("session:ends"));
    const here = window.location.pathname + window.location.search;
    window.onbeforeunload = null;
    window.location.assign(`${signIn}?ended=1&next=${encodeURIComponent(here)}`);
  };

  const ask = async () => {
    const answer = await fetch(keepAlive, { headers: { "X-Background": "1" } });
    return (await answer.json()).seconds;
  };

  const end = async () => {
    if (ending) return;
    ending = true;
    try {
      // Another browser of the same session cannot exist, but another tab may have been at work: the server knows.
      if ((await ask()) > every + warn) {
        heard();
        ending = false;
        return;
      }
      await post(signOut);
    } catch {
      // No connection: the server ends the session by itself.
    }
    signedOut();
  };

  const stay = async () => {
    present = false;
    heard();
    banner.hidden = true;
    try {
      const answer = await post(keepAlive);
      if (!answer.ok || (await answer.json()).seconds === 0) signedOut();
    } catch {
      // Without a connection there is nothing to prolong; the next contact decides.
    }
  };

  const tick = () => {
    if (present && now() - last() >= every) stay();
    const left = Math.round(last() + idle - now());
    banner.hidden = left > warn;
    words.textContent = `${Math.floor(Math.max(0, left) / 60)}:${String(Math.max(0, left) % 60).padStart(2, "0")}`;
    if (left <= 0) end();
  };

  heard();
  ["keydown", "pointerdown", "input", "scroll"].forEach((name) =>
    document.addEventListener(name, () => (present = true), { passive: true, capture: true }),
  );
  banner.querySelector("[data-session-stay]").addEventListener("click", stay);
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent) heard();
    else event.detail.headers["X-Background"] = "1";
  });
  window.setInterval(tick, 1000);
})();
