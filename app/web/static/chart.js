// Draws the charts of a page by bokeh, whose script comes only where there is one, and keeps them as things are.
// Without this script there is a plain picture of the same. Nothing of bokeh's is asked for but to draw a document.
"use strict";
(() => {
  const mine = document.currentScript;
  const nonce = mine.nonce, bokehAt = mine.dataset.bokeh;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = new Map();
  let loading = null;

  // Bokeh writes style elements, which the page's policy lets in by its nonce alone. Its scripts know of none.
  const create = document.createElement.bind(document);
  document.createElement = (name, ...more) => {
    const element = create(name, ...more);
    if (String(name).toLowerCase() === "style") element.nonce = nonce;
    return element;
  };

  function bokeh() {
    loading ??= new Promise((done, failed) => {
      const script = create("script");
      script.src = bokehAt;
      script.onload = () => {
        window.Bokeh.set_log_level("error");
        done(window.Bokeh);
      };
      script.onerror = () => {
        loading = null;
        script.remove();
        failed(new Error("the chart's script did not come"));
      };
      document.head.append(script);
    });
    return loading;
  }

  // The reader's zone, as it is now.
  const offset = () => -new Date().getTimezoneOffset();

  async function fetched(figure) {
    const url = new URL(figure.dataset.chart, location.href);
    url.searchParams.set("scheme", dark.matches ? "dark" : "light");
    url.searchParams.set("offset", offset());
    const known = charts.get(figure);
    const headers = { Accept: "application/json" };
    if (known?.url === url.href && known.tag) headers["If-None-Match"] = known.tag;
    const answer = await fetch(url, { headers, cache: "no-store" });
    if (answer.status === 304) return null;
    if (!answer.ok) throw new Error(`the chart's data did not come: ${answer.status}`);
    return { url: url.href, tag: answer.headers.get("ETag"), item: await answer.json() };
  }

  const spans = (plot) => [plot.x_range.start, plot.x_range.end, plot.y_range.start, plot.y_range.end];

  // What the reader has zoomed to, of a chart over the same.
  function zoom(known) {
    return known?.isZoomed() ? spans(known.plot) : null;
  }

  async function draw(figure) {
    const canvas = figure.querySelector(".chart-canvas");
    figure.setAttribute("aria-busy", "true");
    try {
      const [Bokeh, data] = await Promise.all([bokeh(), fetched(figure)]);
      if (data) await put(Bokeh, figure, canvas, data);
    } catch {
      // The plain picture stays, or the chart as it was; the next change or minute brings it.
    } finally {
      figure.removeAttribute("aria-busy");
    }
  }

  async function put(Bokeh, figure, canvas, data) {
    const known = charts.get(figure);
    const sameAxes = known && known.url.replace(/scheme=\w+/, "") === data.url.replace(/scheme=\w+/, "");
    const kept = sameAxes ? zoom(known) : null;
    const place = create("div");
    canvas.hidden = false;
    known?.views.clear();
    canvas.replaceChildren(place);
    const views = await Bokeh.embed.embed_item(data.item, place);
    const root = views.roots[0].model;
    // Of several figures above each other, which share their times, the first.
    const plot = root.x_range ? root : root.children[0];
    const first = spans(plot).join();
    charts.set(figure, { ...data, views, plot, isZoomed: () => spans(plot).join() !== first });
    if (kept) [plot.x_range.start, plot.x_range.end, plot.y_range.start, plot.y_range.end] = kept;
    figure.classList.add("drawn");
  }

  // Another way to draw it, in place; the address of the page says which, for whoever comes back to it.
  async function choose(figure, link) {
    for (const one of figure.querySelectorAll("[data-chart-choice]")) one.toggleAttribute("aria-current", one === link);
    link.setAttribute("aria-current", "true");
    figure.dataset.chart = link.dataset.chartChoice;
    history.replaceState(history.state, "", link.href);
    draw(figure);
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.querySelector("[data-live=chart]");
      if (!told || figure.dataset.chart !== link.dataset.chartChoice) return;
      const part = figure.querySelector("[data-live=chart]");
      const isOpen = part.querySelector("details[open]") !== null;
      part.replaceChildren(...document.importNode(told, true).childNodes);
      if (isOpen) part.querySelector("details").open = true;
      window.leakwatch?.writeTimes(part);
    } catch {
      // The words are of the other way until the page is asked for again.
    }
  }

  const all = () => document.querySelectorAll("figure[data-chart]");
  const drawAll = () => all().forEach(draw);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-chart-choice]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    choose(link.closest("figure"), link);
  });
  document.addEventListener("leakwatch:replaced", drawAll);
  dark.addEventListener("change", drawAll);
  drawAll();
})();
