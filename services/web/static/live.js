// Keeps the page at its newest state: the stream sends the live region whole; while there is no stream, it is polled.
(() => {
  "use strict";
  const POLL_MS = 15000;
  const SILENT_MS = 40000; // the server says something every 15 s; after this long the connection is dead
  const region = document.querySelector("[data-live]");
  let source;
  let heard = Date.now();
  let fresh = Date.now();

  const values = () => [...region.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]);

  function show(html) {
    const focused = document.activeElement?.closest("[data-key]")?.dataset.key;
    const before = new Map(values().map(([key, node]) => [key, node.textContent]));
    region.innerHTML = html; // rendered and escaped by our own server
    for (const [key, node] of values()) {
      if (key === focused) node.querySelector("a")?.focus({ preventScroll: true });
      if (before.has(key) && before.get(key) !== node.textContent) node.classList.add("changed");
    }
    fresh = Date.now();
    say();
  }

  function age() {
    const seconds = Math.round((Date.now() - fresh) / 1000);
    return seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分钟`;
  }

  function say() {
    const state = region.querySelector("[data-stream]");
    if (!state || state.dataset.stream === "cut") return; // the server itself has no newer data and says so
    const live = source.readyState === EventSource.OPEN;
    const text = live ? "● 实时" : `■ 连接中断 · ${age()}前的数据`;
    state.className = live ? "stream live" : "stream cut";
    if (state.textContent !== text) state.textContent = text;
  }

  function listen() {
    if (source) source.close();
    heard = Date.now();
    source = new EventSource("/events");
    source.onopen = source.onerror = () => { heard = Date.now(); fresh = source.readyState === EventSource.OPEN ? heard : fresh; say(); };
    source.addEventListener("alive", () => { heard = fresh = Date.now(); });
    source.addEventListener("fragment", (event) => { heard = Date.now(); show(event.data); });
  }

  async function poll() {
    if (source.readyState === EventSource.OPEN) return;
    if (source.readyState === EventSource.CLOSED) listen();
    const answer = await fetch("/fragment", { signal: AbortSignal.timeout(10000) }).catch(() => null);
    if (answer && answer.ok) show(await answer.text());
  }

  listen();
  setInterval(poll, POLL_MS);
  setInterval(() => { if (Date.now() - heard > SILENT_MS) listen(); say(); }, 1000);
})();
