// Forms with data-autosave="address" send their changed fields a moment after typing stops.
// A region [data-save-state] in the form says "Saved 14:05" or why not; what is not saved yet is tried again and guards leaving.
(() => {
  const DELAY = 800;
  const RETRY = 5000;

  const csrf = (form) => form.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

  class Autosave {
    constructor(form) {
      this.form = form;
      this.changed = new Set();
      this.sending = false;
      this.wrong = new Set();
      this.overtaken = new Map();
      this.timer = 0;
      this.region = form.querySelector("[data-save-state]");
      form.addEventListener("input", (event) => this.typed(event.target));
      form.addEventListener("change", (event) => this.note(event.target, 0));
      form.addEventListener("submit", (event) => this.submitted(event), true);
      window.addEventListener("online", () => this.changed.size && this.send());
      window.addEventListener("beforeunload", (event) => this.pending() && event.preventDefault());
    }

    pending() {
      return !this.leaving && (this.changed.size > 0 || this.sending);
    }

    // When all that was typed is sent and answered, or cannot be: what is pending then is refused, or nobody answers.
    async settled() {
      for (let turn = 0; turn < 3 && this.pending(); turn += 1) {
        this.send();
        if (!this.sending) return;
        await this.inFlight;
      }
    }

    // The whole form goes now; a save under way is waited for, so that the form carries the newest version.
    submitted(event) {
      this.changed.clear();
      if (this.sending) {
        event.preventDefault();
        event.stopImmediatePropagation();
        this.inFlight.finally(() => this.form.requestSubmit(event.submitter));
      } else {
        this.leaving = true;
      }
    }

    // Leaving a field tells of the same words once more; only an input is a new touch.
    typed(field) {
      this.insist(field.name);
      this.note(field);
    }

    note(field, delay = DELAY) {
      if (!field.name || field.type === "file" || field.dataset.autosave === "off") return;
      this.leaving = false;
      this.changed.add(field.name);
      this.wait(delay);
    }

    wait(delay) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.send(), delay);
    }

    say(state, words) {
      if (!this.region) return;
      this.region.dataset.state = state;
      this.region.textContent = words;
    }

    // Where the line of the state leads now; "" where it only says something.
    links() {
      return [...(this.region?.querySelectorAll("a") ?? [])].map((link) => link.hash).join();
    }

    words(name, value = "") {
      return (this.region?.dataset[name] ?? "").replace("{}", value);
    }

    body(names) {
      const all = new FormData(this.form);
      const body = new FormData();
      names.forEach((name) => {
        body.append("changed", name);
        all.getAll(name).forEach((value) => body.append(name, value));
      });
      if (all.has("version")) body.set("version", all.get("version"));
      return body;
    }

    get shown() {
      return JSON.parse(this.form.elements.version?.value || "{}");
    }

    set shown(marks) {
      if (this.form.elements.version) this.form.elements.version.value = JSON.stringify(marks);
    }

    // What somebody else wrote into a field is in its way until its reader, who was told, types in that field again.
    learn(names, told, errors) {
      const shown = this.shown;
      names.filter((name) => told[name] !== shown[name]).forEach((name) => {
        if (name in errors) this.overtaken.set(name, { mark: told[name], words: errors[name] });
        else shown[name] = told[name];
      });
      this.shown = shown;
    }

    insist(name) {
      if (!this.overtaken.has(name)) return;
      this.shown = { ...this.shown, [name]: this.overtaken.get(name).mark };
      this.overtaken.delete(name);
    }

    // Fields that are not sent as they are, with the words for each.
    withheld() {
      return { ...this.unreadable(), ...Object.fromEntries([...this.overtaken].map(([name, { words }]) => [name, words])) };
    }

    unreadable() {
      const fields = [...this.changed].map((name) => this.form.elements[name]).filter((field) => field?.validity?.badInput);
      return Object.fromEntries(fields.map((field) => [field.name, [field.validationMessage]]));
    }

    send() {
      if (this.sending || !this.changed.size) return;
      // A date field with half a date in it has no value: sending it would empty the stored one.
      const withheld = this.withheld();
      const names = [...this.changed].filter((name) => !(name in withheld));
      if (!names.length) {
        this.refused(withheld);
        return;
      }
      names.forEach((name) => this.changed.delete(name));
      this.sending = true;
      // Links to what is wrong stay while they may be under a pointer: leaving a field for one of them saves that field.
      if (this.links()) this.region.dataset.state = "saving";
      else this.say("saving", this.words("saving"));
      this.inFlight = this.post(names);
    }

    async post(names) {
      try {
        const response = await fetch(this.form.dataset.autosave, {
          method: "POST",
          body: this.body(names),
          headers: { "X-CSRFToken": csrf(this.form), "X-Requested-With": "autosave", Accept: "application/json" },
          credentials: "same-origin",
          redirect: "manual",
        });
        await this.answered(response, names);
      } catch {
        this.again(names);
      } finally {
        this.sending = false;
        const isTold = (name) => names.includes(name); // what was typed while these were under way has not been refused
        if (this.changed.size && !(this.blocked && [...this.changed].every(isTold))) this.wait(this.retry ? RETRY : DELAY);
        this.retry = false;
      }
    }

    async answered(response, names) {
      const answer = await response.json().catch(() => ({}));
      if (answer.version) this.learn(names, JSON.parse(answer.version), answer.errors ?? {});
      const errors = { ...answer.errors, ...this.withheld() };
      if (response.ok) {
        this.mark(errors);
        this.blocked = false;
        const { lang, dataset } = document.documentElement;
        const time = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: dataset.zone });
        this.say("saved", this.words("saved", time.format(new Date())));
        this.form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true, detail: { names, answer } }));
      } else if (response.status >= 500 || response.status === 429) {
        this.again(names);
      } else if (response.status === 400) {
        const saved = answer.saved ?? [];
        names.filter((name) => !saved.includes(name)).forEach((name) => this.changed.add(name));
        this.refused(errors, answer.detail);
        if (saved.length) this.form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true, detail: { names: saved, answer } }));
      } else {
        names.forEach((name) => this.changed.add(name));
        this.blocked = true;
        const signedOut = response.type === "opaqueredirect" || response.status === 401 || response.headers.has("HX-Redirect");
        this.say("failed", signedOut ? this.words("signedOut") : this.words("failed", answer.detail ?? this.words("unknown")));
      }
    }

    again(names) {
      names.forEach((name) => this.changed.add(name));
      this.retry = true;
      this.say("failed", this.words("offline"));
    }

    // What is right is saved; what is wrong stays in the form, and the line of the state leads to it.
    refused(errors, detail = "") {
      this.mark(errors);
      this.blocked = true;
      const links = Object.keys(errors).filter((name) => this.field(name)).map((name) => window.fieldErrors.linkTo(this.field(name)));
      if (links.length && this.links() === links.map((link) => link.hash).join()) {
        this.region.dataset.state = "failed";
      } else {
        this.say("failed", this.words("failed", links.length ? "" : detail || this.words("unknown")));
        links.forEach((link, place) => this.region?.append(place ? ", " : "", link));
      }
      this.form.dispatchEvent(new CustomEvent("autosave-refused", { bubbles: true }));
    }

    // Of several boxes the last: what is wrong with them together stands below them all.
    field(name) {
      const found = this.form.elements[name];
      return found instanceof RadioNodeList ? found[found.length - 1] : found;
    }

    // Field errors stand at their fields, as after an ordinary submit.
    mark(errors) {
      const names = new Set([...this.wrong, ...Object.keys(errors)]);
      this.wrong = new Set(Object.keys(errors));
      names.forEach((name) => {
        const field = this.field(name);
        if (field) window.fieldErrors.mark(field, (errors[name] ?? []).join(" "));
      });
    }
  }

  const start = (root) => root.querySelectorAll("form[data-autosave]:not([data-autosave-on])").forEach((form) => {
    form.setAttribute("data-autosave-on", "");
    form.autosave = new Autosave(form);
  });
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement ?? document));
})();
