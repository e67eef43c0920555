// The page of a deposit (docs/protocol.md §14): link and code become keys here; the relay gives sealed bytes; nothing is opened
// anywhere else. No library, no request but the one connection to `relay` beside this page.
"use strict";

const ROUNDS = 1000000, CHUNK = 65536, TAG = 16, SEALED = CHUNK + TAG, PIECE = 65536, AHEAD = 8;
const MOST = 300 * 1048576, MAX_NAME = 500;
const ALPHABET = /^[2-9A-HJKMNP-Z]{8}$/;
const RETRY_MS = [1000, 2000, 4000, 8000];
const GREETING = 0x20, REFUSED = 0x26, FINE = 0x42, TRY = 0x10, WANT = 0x11, DONE = 0x12, OPENED = 0x51, WRONG = 0x52, GIVEN = 0x53;

const SAID = {
  fr: {
    bad_code: "Le code a 8 caractères, sans 0, O, 1, I ni L.",
    wrong: "Ce n’est pas le bon code. Il reste {n} essais.",
    wrong_1: "Ce n’est pas le bon code. Il reste un seul essai.",
    deriving: "Vérification du code…", fetching: "Réception et déchiffrement : {n} %", waiting: "Connexion interrompue, nouvel essai…",
    size: "{n}",
    nolink: ["Le lien est incomplet.", "Copiez-le en entier, avec ce qui suit le signe #, ou demandez-le de nouveau à l’expéditeur."],
    old: ["Ce navigateur ne peut pas ouvrir le document.", "Utilisez un navigateur à jour, et une adresse qui commence par https."],
    shut: ["Trop de codes faux : ce dépôt est fermé.", "L’expéditeur en est averti. Demandez-lui un nouveau dépôt."],
    taken: ["Ce document a déjà été retiré.", "Si ce n’était pas vous, prévenez tout de suite l’expéditeur. Si votre réception a été coupée, réessayez dans une heure ou demandez un nouveau dépôt."],
    expired: ["Ce dépôt a expiré.", "Demandez un nouveau dépôt à l’expéditeur."],
    unknown: ["Ce dépôt n’existe pas, ou n’existe plus.", "L’expéditeur l’a peut-être repris. Vérifiez le lien, ou demandez un nouveau dépôt."],
    busy: ["Trop de demandes en ce moment.", "Réessayez dans une minute."],
    offline: ["Le serveur des dépôts ne répond pas.", "Vérifiez votre connexion, puis réessayez. Rien n’est perdu."],
    damaged: ["Le document reçu n’est pas celui qui a été envoyé.", "Il n’a pas été ouvert. Prévenez l’expéditeur."],
  },
  en: {
    place: "Secure deposit", title: "A document deposited for you",
    intro: "It is encrypted. Enter the 8-character code that the sender gave you by another way, for instance on the telephone.",
    code: "Code", alphabet: "No 0, O, 1, I or L. Capitals or not, with or without a space.", go: "Open the document",
    ready: "The document is verified and open on this device.", save: "Save the document",
    once: "Save it before you close this page: often the link works only once.", again: "Try again",
    foot: "This document is decrypted here, on your device. Neither this site nor the server that keeps it can read it.",
    bad_code: "The code has 8 characters, without 0, O, 1, I or L.",
    wrong: "That is not the code. {n} tries are left.", wrong_1: "That is not the code. One try is left.",
    deriving: "Checking the code…", fetching: "Receiving and decrypting: {n}%", waiting: "Connection lost, trying again…",
    size: "{n}",
    nolink: ["The link is incomplete.", "Copy all of it, with what follows the # sign, or ask the sender for it again."],
    old: ["This browser cannot open the document.", "Use an up-to-date browser, and an address that begins with https."],
    shut: ["Too many wrong codes: this deposit is shut.", "The sender is told. Ask for a new deposit."],
    taken: ["This document was already collected.", "If it was not you, tell the sender at once. If your reception was cut, try again in an hour or ask for a new deposit."],
    expired: ["This deposit has expired.", "Ask the sender for a new one."],
    unknown: ["This deposit does not exist, or no longer does.", "The sender may have taken it back. Check the link, or ask for a new deposit."],
    busy: ["Too many requests at the moment.", "Try again in a minute."],
    offline: ["The deposit server does not answer.", "Check your connection, then try again. Nothing is lost."],
    damaged: ["What came is not the document that was sent.", "It was not opened. Tell the sender."],
  },
};
const AGAIN = new Set(["offline", "busy", "taken"]);

const at = (id) => document.getElementById(id);
const fixed = [...document.querySelectorAll("[data-say]")];
for (const one of fixed) SAID.fr[one.dataset.say] = one.textContent;
let language = (navigator.languages || []).map((one) => one.slice(0, 2)).find((one) => one in SAID) || "fr";
let redraw = () => {};

function say(key, n) {
  const text = n === 1 && `${key}_1` in SAID[language] ? SAID[language][`${key}_1`] : SAID[language][key];
  return typeof text === "string" ? text.replace("{n}", n) : text;
}

function speak() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const one of fixed) one.textContent = say(one.dataset.say);
  const other = language === "fr" ? "en" : "fr";
  at("language").textContent = other === "fr" ? "Français" : "English";
  at("language").lang = other;
  redraw();
}

function show(id) {
  for (const one of ["form", "work", "ready", "end"]) at(one).hidden = one !== id;
}

function showStep(key, share) {
  redraw = () => { at("step").textContent = say(key, share === undefined ? "" : Math.floor(share * 100)); };
  redraw();
  if (share === undefined) at("progress").removeAttribute("value"); else at("progress").value = share;
  show("work");
}

function showForm(key, n) {
  const trouble = at("trouble");
  redraw = () => { trouble.textContent = key ? say(key, n) : ""; };
  redraw();
  trouble.hidden = !key;
  at("code").setAttribute("aria-invalid", String(Boolean(key)));
  show("form");
  at("code").focus();
  if (key) at("code").select();
}

function showEnd(key) {
  redraw = () => { [at("what").textContent, at("next").textContent] = say(key); };
  redraw();
  at("again").hidden = !AGAIN.has(key);
  show("end");
  at("end").focus();
}

function showFile(name, blob) {
  redraw = () => { at("size").textContent = amount(blob.size); };
  redraw();
  at("name").textContent = name;
  at("save").onclick = () => save(name, blob);
  show("ready");
  at("save").focus();
}

function amount(bytes) {
  const units = language === "fr" ? ["octets", "ko", "Mo"] : ["bytes", "kB", "MB"];
  const step = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: step && 1 }).format(bytes / 1000 ** step)} ${units[step]}`;
}

function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// A name as it may be shown and saved: nothing that leads elsewhere, hides or turns what people read, or means a device.
function safeName(name) {
  let safe = name.normalize("NFC").replace(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]/gu, "_").replace(/^[\s.]+|[\s.]+$/g, "");
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe)) safe = `_${safe}`;
  return safe || "document";
}

// --- keys --------------------------------------------------------------------------------------------------

class Trouble extends Error {
  constructor(code) { super(code); this.code = code; }
}

function bytesOf(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  parts.reduce((start, one) => { whole.set(one, start); return start + one.length; }, 0);
  return whole;
}

function readLink(fragment) {
  if (!/^[A-Za-z0-9_-]{64}$/.test(fragment)) return null;
  const raw = Uint8Array.from(atob(fragment.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  return { id: raw.slice(0, 16), key: raw.slice(16) };
}

function info(use, id) {
  const text = new TextEncoder().encode(`CSL1/deposit-${use}`);
  return bytesOf([0x82, 0x60 + text.length], text, [0x50], id);
}

async function unlock(link, code) {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: link.id, iterations: ROUNDS };
  const stretched = new Uint8Array(await crypto.subtle.deriveBits(how, typed, 256));
  const both = await crypto.subtle.importKey("raw", bytesOf(link.key, stretched), "HKDF", false, ["deriveBits"]);
  const derive = async (use) => {
    const hkdf = { name: "HKDF", hash: "SHA-512", salt: new Uint8Array(0), info: info(use, link.id) };
    return new Uint8Array(await crypto.subtle.deriveBits(hkdf, both, 256));
  };
  const file = await crypto.subtle.importKey("raw", await derive("file"), "AES-GCM", false, ["decrypt"]);
  return { proof: await derive("proof"), file };
}

// --- the relay ---------------------------------------------------------------------------------------------

class Line {
  static open() {
    const where = new URL("relay", document.baseURI);
    where.protocol = where.protocol === "https:" ? "wss:" : "ws:";
    where.hash = "";
    return new Line(new WebSocket(where));
  }

  constructor(socket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.heard = [];
    this.ended = false;
    this.wake = () => {};
    socket.onmessage = (event) => { this.heard.push(new Uint8Array(event.data)); this.wake(); };
    socket.onclose = socket.onerror = () => { this.ended = true; this.wake(); };
  }

  async hear() {
    const late = setTimeout(() => this.socket.close(), 30000);
    while (!this.heard.length && !this.ended) await new Promise((wake) => { this.wake = wake; });
    clearTimeout(late);
    const message = this.heard.shift();
    if (!message || !message.length) throw new Trouble("offline");
    if (message[0] === REFUSED) {
      const code = new TextDecoder().decode(message.slice(1));
      throw new Trouble(code in SAID.fr ? code : "offline");
    }
    return message;
  }

  say(kind, ...parts) {
    if (this.socket.readyState !== WebSocket.OPEN) throw new Trouble("offline");
    this.socket.send(bytesOf([kind], ...parts));
  }

  close() { this.socket.close(); }
}

function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

function readU64(bytes, start) {
  return Number(new DataView(bytes.buffer, bytes.byteOffset + start, 8).getBigUint64(0));
}

// --- collecting --------------------------------------------------------------------------------------------

// The sealed bytes as they come, opened chunk by chunk; what was verified stays over a cut of the line.
class Opening {
  constructor(key) {
    this.key = key;
    this.size = 0;
    this.got = 0;
    this.rest = new Uint8Array(0);
    this.number = 0;
    this.plain = [];
  }

  announce(size) {
    if (!size || size > MOST || size % SEALED || (this.size && this.size !== size)) throw new Trouble("damaged");
    this.size = size;
  }

  async take(offset, data) {
    if (offset !== this.got || !data.length || offset + data.length > this.size) throw new Trouble("damaged");
    const whole = bytesOf(this.rest, data);
    let start = 0;
    for (; whole.length - start >= SEALED; start += SEALED) await this.open(whole.subarray(start, start + SEALED));
    this.rest = whole.slice(start);
    this.got += data.length;
  }

  async open(sealed) {
    const last = (this.number + 1) * SEALED === this.size;
    const iv = bytesOf(new Uint8Array(3), u64(this.number), [last ? 1 : 0]);
    try {
      this.plain.push(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, sealed));
    } catch {
      throw new Trouble("damaged");
    }
    this.number += 1;
  }

  file() {
    const first = new Uint8Array(this.plain[0]);
    const length = first[0] * 256 + first[1];
    const size = length <= MAX_NAME ? readU64(first, 2 + length) : Infinity;
    const start = 10 + length;
    if (start + size > this.plain.length * CHUNK) throw new Trouble("damaged");
    const name = safeName(new TextDecoder().decode(first.slice(2, 2 + length)));
    return [name, new Blob(this.plain).slice(start, start + size, "application/octet-stream")];
  }
}

async function enter(line, link, keys) {
  const greeting = await line.hear();
  if (greeting[0] !== GREETING || greeting[1] !== 1) throw new Trouble("offline");
  const known = Uint8Array.from((sessionStorage.getItem(link.id.join()) || "").split(",").map(Number));
  line.say(TRY, link.id, keys.proof, known.length === 16 ? known : new Uint8Array(16));
  const answer = await line.hear();
  if (answer[0] === WRONG) throw Object.assign(new Trouble(answer[1] ? "wrong" : "shut"), { left: answer[1] });
  if (answer[0] !== OPENED || answer.length !== 25) throw new Trouble("offline");
  sessionStorage.setItem(link.id.join(), answer.slice(1, 17).join(","));
  return readU64(answer, 17);
}

async function receive(line, opening) {
  let asked = opening.got;
  while (opening.got < opening.size) {
    for (; asked < opening.size && asked - opening.got < AHEAD * PIECE; asked += PIECE) {
      line.say(WANT, u64(asked), u64(Math.min(PIECE, opening.size - asked)).slice(4));
    }
    const piece = await line.hear();
    if (piece[0] !== GIVEN) throw new Trouble("offline");
    await opening.take(readU64(piece, 1), piece.subarray(9));
    showStep("fetching", opening.got / opening.size);
  }
}

async function collect(link, keys, opening) {
  const line = Line.open();
  try {
    opening.announce(await enter(line, link, keys));
    await receive(line, opening);
    const file = opening.file();
    try {
      line.say(DONE);
      await line.hear();
    } catch {
      // it is open here; the relay lets go of it by itself within the hour
    }
    return file;
  } finally {
    line.close();
  }
}

// Go on after cuts of the line, as long as each try brings something or the first ones fail.
async function collectOverCuts(link, keys, opening) {
  for (let tries = 0; ; tries += 1) {
    const before = opening.got;
    try {
      return await collect(link, keys, opening);
    } catch (trouble) {
      if (opening.got > before) tries = 0;
      if (trouble.code !== "offline" || !opening.size || tries >= RETRY_MS.length) throw trouble;
      showStep("waiting", opening.got / opening.size);
      await new Promise((wake) => setTimeout(wake, RETRY_MS[tries]));
    }
  }
}

async function run(link, begun) {
  try {
    const [name, blob] = await collectOverCuts(link, begun.keys, begun.opening);
    showFile(name, blob);
  } catch (trouble) {
    if (trouble.code === "wrong") showForm("wrong", trouble.left);
    else showEnd(trouble.code || "damaged");
    at("again").onclick = () => { showStep("deriving"); run(link, begun); };
  }
}

async function submit(link, event) {
  event.preventDefault();
  const code = at("code").value.toUpperCase().replace(/[\s-]/g, "");
  if (!ALPHABET.test(code)) return showForm("bad_code");
  showStep("deriving");
  const keys = await unlock(link, code);
  return run(link, { keys, opening: new Opening(keys.file) });
}

function start() {
  const link = readLink(location.hash.slice(1));
  at("language").onclick = () => { language = language === "fr" ? "en" : "fr"; speak(); };
  window.onhashchange = () => location.reload();
  if (!globalThis.crypto || !crypto.subtle || !globalThis.WebSocket) showEnd("old");
  else if (!link) showEnd("nolink");
  else {
    at("form").onsubmit = (event) => submit(link, event);
    showForm();
  }
  speak();
}

start();
