// <file-drop>: the files of a message. They are chosen, dropped on the editor or pasted into it, and brought to the server
// one after the other before the message is sent; pictures ask what they show. What was brought is kept with the draft;
// of what was not, its name is, so that nothing goes without it unasked.
// Each file is three fields of the form: `attachments` (its id), `alt-ID` or `decorative-ID`, and `file-ID` (what it is,
// for the page that shows the message while it is being sent).

import { filesKeyOf, keep, keyOf, read } from "../drafts.js";
import { bring, canBeSent, remove, unsentAt } from "../files.js";
import { newId } from "../ids.js";
import { tell } from "../toast.js";
import "./message-editor.js"; // takes over what a closed tab has left, before its files are looked for

const LOOKS = [["image/", "picture"], ["spreadsheet", "table"], ["text/csv", "table"], ["presentation", "slides"]];

class FileDrop extends HTMLElement {
  #form;
  #list;
  #waiting = []; // rows whose file is still to be brought
  #isBringing = false;
  #off;

  connectedCallback() {
    this.#off = new AbortController();
    const { signal } = this.#off;
    document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && this.#goOn(), { signal });
    addEventListener("online", () => this.#goOn(), { signal });
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => this.#dropsElsewhere(event), { signal });
    if (!this.#form) this.#begin();
  }

  disconnectedCallback() {
    this.#off.abort();
  }

  #begin() {
    this.#form = this.closest("form");
    this.#list = this.querySelector("[data-part=list]");
    const field = this.querySelector("input[type=file]");
    field.removeAttribute("name"); // what it chooses goes by itself
    this.toggleAttribute("data-ready", true);
    field.addEventListener("change", () => {
      this.#take(field.files);
      field.value = "";
    });
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#list.addEventListener("input", (event) => this.#typed(event.target.closest("li")));
    const form = this.#form;
    form.addEventListener("dragover", (event) => this.#over(event));
    form.addEventListener("dragleave", (event) => form.contains(event.relatedTarget) || form.removeAttribute("data-drop"));
    form.addEventListener("drop", (event) => this.#drop(event));
    form.addEventListener("paste", (event) => this.#paste(event));
    form.addEventListener("submit", (event) => this.#hold(event), { capture: true });
    form.addEventListener("extranet:cleared", () => this.#clear());
    form.addEventListener("extranet:taken-back", ({ detail }) => this.#takeBack(detail.fields));
    this.#adopt();
    this.#bringBack();
  }

  // Files come in

  #take(files) {
    for (const file of files) {
      this.#missing(file.name)?.remove();
      if (this.#list.children.length >= Number(this.dataset.most)) {
        tell(this.dataset.tooMany);
        break;
      }
      const row = this.#stand({ name: file.name, media_type: file.type });
      row.file = file;
      if (file.size > Number(this.dataset.mostMegabytes) * 1_000_000) this.#failed(row, this.dataset.tooLarge, false);
      else this.#waiting.push(row);
    }
    this.#keep();
    this.#next();
  }

  #over(event) {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#form.dataset.drop = this.dataset.dropHere;
  }

  #drop(event) {
    this.#form.removeAttribute("data-drop");
    if (!bringsFiles(event)) return;
    event.preventDefault();
    this.#take(event.dataTransfer.files);
  }

  // A file that misses the editor would take the place of the page and of all that was typed on it.
  #dropsElsewhere(event) {
    if (bringsFiles(event) && !event.defaultPrevented) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    }
  }

  // What is copied from a document is words, with a picture of them beside.
  #paste(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    this.#take(files);
  }

  async #next() {
    if (this.#isBringing) return;
    this.#isBringing = true;
    try {
      for (let row; (row = this.#waiting.shift()); ) if (this.#list.contains(row)) await this.#bring(row);
    } finally {
      this.#isBringing = false;
    }
  }

  async #bring(row) {
    this.#state(row, "adding");
    row.off = new AbortController();
    const how = { onProgress: (portion) => this.#progress(row, portion), signal: row.off.signal };
    const { file, status, detail } = await bring(this.dataset.address, row.file, how);
    if (!this.#list.contains(row)) {
      if (file) remove(this.dataset.address, file.id);
    } else if (file) {
      this.#ready(row, { ...saidOf(row), ...file });
      this.#say((file.is_image ? this.dataset.addedPicture : this.dataset.added).replace("{name}", () => file.name));
      this.#keep();
    } else {
      this.#notBrought(row, { status, detail });
    }
  }

  #notBrought(row, { status, detail }) {
    const own = { 0: this.dataset.unreachable, 401: this.dataset.ended };
    const sentence = own[status] ?? detail ?? this.dataset.trouble;
    this.#failed(row, sentence, status in own || status === 429 || status >= 500 || !detail);
    row.toggleAttribute("data-waits", status === 0);
    this.#say(`${row.named.name}: ${sentence}`);
    this.#keep();
  }

  #goOn() {
    for (const row of this.#list.querySelectorAll("[data-waits]")) this.#again(row);
  }

  #again(row) {
    row.removeAttribute("data-waits");
    this.#state(row, "adding");
    if (row.file) this.#queue(row);
    else this.#bringAlong(row);
  }

  #queue(row) {
    this.#waiting.push(row);
    this.#next();
  }

  // Rows

  #stand({ name, media_type: kind }) {
    const row = this.querySelector("template[data-part=row]").content.firstElementChild.cloneNode(true);
    row.named = { name, media_type: kind };
    part(row, "name").textContent = name;
    const look = LOOKS.find(([beginning]) => kind?.includes(beginning))?.[1] ?? "file";
    for (const one of row.querySelectorAll("[data-look]")) if (one.dataset.look !== look) one.remove();
    part(row, "progress").setAttribute("aria-label", this.dataset.adding.replace("{name}", () => name));
    row.querySelector("[data-action=remove-file]").setAttribute("aria-label", this.dataset.remove.replace("{name}", () => name));
    row.querySelector("[data-action=again-file]").setAttribute("aria-label", this.dataset.again.replace("{name}", () => name));
    this.#list.append(row);
    this.#state(row, "adding");
    return row;
  }

  #ready(row, file) {
    const { id, name, facts, media_type, preview, address = this.dataset.address } = file;
    row.about = { id, name, facts, media_type, preview, address };
    part(row, "name").textContent = file.name;
    part(row, "facts").textContent = file.facts;
    for (const before of row.querySelectorAll(":scope > input")) before.remove();
    row.append(hidden("attachments", file.id), hidden(`file-${file.id}`, JSON.stringify(row.about)));
    if (file.preview) this.#ask(row, file);
    this.#state(row, "ready");
  }

  #ask(row, { id, preview, alt, isDecorative }) {
    const picture = document.createElement("img");
    picture.src = preview;
    picture.alt = "";
    row.querySelector(".file-row-look").replaceChildren(picture);
    if (!row.words) this.#askWords(row);
    row.words.name = `alt-${id}`;
    row.tick.name = `decorative-${id}`;
    row.words.value = alt ?? "";
    row.tick.checked = Boolean(isDecorative);
    this.#decorates(row);
  }

  #askWords(row) {
    const asked = this.querySelector("template[data-part=alt]").content.firstElementChild.cloneNode(true);
    const [words, tick] = asked.querySelectorAll("input");
    const own = newId();
    for (const [field, label] of [[words, asked.querySelector("label")], [tick, tick.nextElementSibling]]) {
      field.id = `${own}-${field.type}`;
      label.htmlFor = field.id;
    }
    const hint = asked.querySelector(".hint");
    hint.id = `${own}-hint`;
    const line = part(row, "error");
    line.id = `${own}-error`;
    words.setAttribute("aria-describedby", `${hint.id} ${line.id}`);
    Object.assign(row, { words, tick });
    line.before(asked);
  }

  // What only decorates needs no words.
  #decorates(row) {
    row.words.disabled = row.tick.checked;
    if (isReady(row) && isDescribed(row)) this.#wrong(row, "");
  }

  #failed(row, sentence, mayTryAgain) {
    this.#state(row, "failed");
    this.#wrong(row, sentence);
    row.querySelector("[data-action=again-file]").hidden = !mayTryAgain;
    row.why = mayTryAgain ? undefined : sentence;
  }

  #wrong(row, sentence) {
    const line = part(row, "error");
    line.hidden = !sentence;
    line.querySelector("span").textContent = sentence;
    if (sentence && isReady(row)) row.words?.setAttribute("aria-invalid", "true");
    else row.words?.removeAttribute("aria-invalid");
  }

  #state(row, state) {
    row.dataset.state = state;
    part(row, "progress").hidden = state !== "adding";
    if (state === "failed") return;
    row.querySelector("[data-action=again-file]").hidden = true;
    this.#wrong(row, "");
  }

  #progress(row, portion) {
    if (portion < 1) part(row, "progress").value = portion * 100;
    else part(row, "progress").removeAttribute("value"); // the server is looking at it
  }

  #click(event) {
    const row = event.target.closest("li");
    const action = event.target.closest("button")?.dataset.action;
    if (action === "again-file") this.#again(row);
    if (action === "remove-file") this.#remove(row);
  }

  #remove(row) {
    const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-action=remove-file]");
    const name = part(row, "name").textContent;
    row.remove();
    row.off?.abort();
    if (row.about) remove(row.about.address, row.about.id);
    (next ?? this.querySelector("input[type=file]")).focus();
    this.#say(this.dataset.removed.replace("{name}", () => name));
    this.#keep();
  }

  #typed(row) {
    this.#decorates(row);
    this.#keep();
  }

  #say(text) {
    this.querySelector("[data-part=said]").textContent = text;
  }

  // Sending

  // Nothing goes without its files, and no picture without words.
  #hold(event) {
    const rows = [...this.#list.children];
    const unready = rows.find((row) => !isReady(row));
    const wordless = rows.filter((row) => isReady(row) && row.words && !isDescribed(row));
    if (!unready && !wordless.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const row of wordless) this.#wrong(row, this.dataset.needsWords);
    if (unready) {
      tell(this.dataset.unfinished);
      unready.querySelector("[data-action=remove-file]").focus();
    } else {
      wordless[0].words.focus();
    }
  }

  #clear() {
    this.#list.replaceChildren();
    this.#waiting = [];
    this.#keep();
  }

  // What was being sent comes back to the editor.
  #takeBack(fields) {
    const said = Object.fromEntries(fields);
    for (const [name, value] of fields) {
      if (!name.startsWith("file-")) continue;
      const about = JSON.parse(value);
      this.#restore({ ...about, alt: said[`alt-${about.id}`], isDecorative: Boolean(said[`decorative-${about.id}`]) });
    }
    this.#keep();
  }

  #restore(file) {
    if (this.#list.querySelector(`[name="file-${CSS.escape(file.id)}"]`)) return null;
    const row = this.#stand(file);
    this.#ready(row, file);
    return row;
  }

  // Rows of a form that the server sent back.
  #adopt() {
    for (const old of [...this.#list.children]) {
      const { id, name, facts, kind, preview } = old.dataset;
      const [alt, tick] = [old.querySelector(`[name="alt-${id}"]`), old.querySelector(`[name="decorative-${id}"]`)];
      const error = old.querySelector(".field-error span")?.textContent ?? "";
      old.remove();
      const row = this.#stand({ name, media_type: kind });
      this.#ready(row, { id, name, facts, media_type: kind, preview, alt: alt?.value, isDecorative: tick?.checked });
      this.#wrong(row, error);
    }
  }

  // The draft

  #key() {
    return filesKeyOf(keyOf(this.#form));
  }

  #keep() {
    const rows = [...this.#list.children];
    keep(this.#key(), rows.map((row) => (row.about ? { ...row.about, ...saidOf(row) } : { ...row.named, why: row.why })));
  }

  #bringBack() {
    for (const file of read(this.#key()) ?? []) {
      const row = file.id ? this.#restore(file) : this.#miss(file);
      if (row?.about) this.#look(row, file);
    }
  }

  // The page went before the file was there. Only the person has it.
  #miss({ why, ...named }) {
    const row = this.#stand(named);
    const sentence = why ?? this.dataset.missing.replace("{name}", () => named.name);
    this.#failed(row, sentence, false);
    this.#say(sentence);
    return row;
  }

  #missing(name) {
    return [...this.#list.children].find((row) => !row.about && !row.file && row.named.name === name);
  }

  // Sent from elsewhere, or gone after a month.
  async #look(row, file) {
    if (row.about.address !== this.dataset.address) await this.#bringAlong(row);
    else if (!(await canBeSent(this.dataset.address, file))) this.#isGone(row);
  }

  // It was brought to where the thread stood before it was moved. Until it is here too, it is kept as it was there.
  async #bringAlong(row) {
    this.#state(row, "adding");
    const { file, status } = await unsentAt(row.about.address, row.about);
    if (!this.#list.contains(row)) return;
    if (status === 404) {
      this.#isGone(row);
    } else if (file) {
      row.file = file;
      this.#queue(row);
    } else {
      this.#notBrought(row, { status });
    }
  }

  #isGone(row) {
    row.remove();
    tell(this.dataset.gone.replace("{name}", () => row.named.name));
    this.#keep();
  }
}

function part(row, name) {
  return row.querySelector(`[data-part=${name}]`);
}

function hidden(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  return field;
}

// What was said of a picture.
function saidOf({ words, tick }) {
  return { alt: words?.value, isDecorative: tick?.checked };
}

function isReady(row) {
  return row.dataset.state === "ready";
}

function isDescribed(row) {
  return row.tick.checked || Boolean(row.words.value.trim());
}

function bringsFiles({ dataTransfer }) {
  return Boolean(dataTransfer?.types.includes("Files"));
}

customElements.define("file-drop", FileDrop);
