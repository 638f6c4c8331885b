/** Text cells of a report: markdown with typeset formulas, pictures taken into the page, and the table of contents. */
import { readFileSync } from "node:fs";
import { extname, resolve, sep } from "node:path";
import { Marked, type Token, type TokenizerAndRendererExtension } from "marked";
import { joined, type TextCell } from "./notebook-file.ts";
import { typeset } from "./report-formulas.ts";
import { sanitizeHtml } from "./sanitize-html.ts";

export interface Heading {
  readonly level: number;
  readonly id: string;
  /** Plain text. */
  readonly text: string;
}

/** Formulas leave the markdown as marks in these characters, so that nothing else touches what they become. */
const OPEN = "\ue000";
const CLOSE = "\ue001";

const PICTURES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
};

/** Renders the text cells of one report: keeps the headings and their ids. */
export class MarkdownRenderer {
  readonly headings: Heading[] = [];
  readonly #folder: string | undefined;
  readonly #formulas: { readonly tex: string; readonly display: boolean }[] = [];
  readonly #marked: Marked;
  #cell: TextCell | undefined;

  /** @param folder where pictures named by a relative path are; without it they are left out */
  constructor(folder?: string) {
    this.#folder = folder;
    this.#marked = new Marked({ gfm: true });
    const heading = this.#heading.bind(this);
    this.#marked.use({
      extensions: [this.#formulaBlock(), this.#formulaInline()],
      walkTokens: (token: Token) => {
        if (token.type === "image") token["href"] = this.#picture(String(token["href"]));
      },
      renderer: {
        heading({ tokens, depth }) {
          return heading(this.parser.parseInline(tokens), depth);
        },
      },
    });
  }

  render(cell: TextCell): string {
    this.#cell = cell;
    return this.renderText(joined(cell.source));
  }

  /** Markdown that is an output of a cell. */
  renderText(markdown: string): string {
    const source = markdown.replace(/[\ue000\ue001]/g, "");
    return this.#withFormulas(sanitizeHtml(this.#marked.parse(source, { async: false })));
  }

  #heading(inner: string, level: number): string {
    const plain = this.#withFormulas(inner, "mathml")
      .replace(/<annotation[\s\S]*?<\/annotation>/g, "")
      .replace(/<[^>]*>/g, "")
      .trim();
    const slug = plain
      .toLowerCase()
      .replace(/&[a-z0-9#]+;/g, "")
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "");
    let id = `section-${slug}`;
    for (let i = 2; this.headings.some((heading) => heading.id === id); i++) id = `section-${slug}-${i}`;
    this.headings.push({ level, id, text: plain });
    return `<h${level} id="${id}">${inner}</h${level}>\n`;
  }

  #withFormulas(html: string, output?: "mathml"): string {
    return html.replace(/\ue000(\d+)\ue001/g, (_, index: string) => {
      const formula = this.#formulas[Number(index)];
      return formula === undefined ? "" : typeset(formula.tex, formula.display, output);
    });
  }

  #mark(tex: string, display: boolean): string {
    return `${OPEN}${this.#formulas.push({ tex, display }) - 1}${CLOSE}`;
  }

  /** `$$ ... $$` or `\begin{align} ... \end{align}` as a paragraph of its own. */
  #formulaBlock(): TokenizerAndRendererExtension {
    const rule = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|(\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\3\}))[ \t]*(?:\n|$)/;
    return {
      name: "formulaBlock",
      level: "block",
      start: (source) => source.match(/^ {0,3}(?:\$\$|\\begin\{)/m)?.index,
      tokenizer: (source) => {
        const match = rule.exec(source);
        if (match === null) return undefined;
        return { type: "formulaBlock", raw: match[0], tex: (match[1] ?? match[2] ?? "").trim() };
      },
      renderer: (token) => `<div class="formula">${this.#mark(String(token["tex"]), true)}</div>\n`,
    };
  }

  /** `$...$` by pandoc's rule, so that "$5 and $6" stays money, and never over code; `$$...$$` within a paragraph. */
  #formulaInline(): TokenizerAndRendererExtension {
    const rule =
      /^(?:\$\$((?:[^$\\`]|\\[\s\S])+)\$\$|\$(?![\s$])((?:[^$\\`]|\\[\s\S])*?[^\s\\$`]|[^\s\\$`])\$(?!\d))/;
    return {
      name: "formulaInline",
      level: "inline",
      start: (source) => {
        const at = source.indexOf("$");
        return at < 0 ? undefined : at;
      },
      tokenizer: (source) => {
        const match = rule.exec(source);
        if (match === null) return undefined;
        const display = match[1] !== undefined;
        return { type: "formulaInline", raw: match[0], tex: (match[1] ?? match[2] ?? "").trim(), display };
      },
      renderer: (token) => this.#mark(String(token["tex"]), token["display"] === true),
    };
  }

  /** A picture as data: from the cell's attachments, or from a file beside the notebook. */
  #picture(href: string): string {
    const attached = /^attachment:(.+)$/.exec(href)?.[1];
    if (attached !== undefined) {
      const [mime, data] = Object.entries(this.#cell?.attachments?.[attached] ?? {})[0] ?? [];
      return mime === undefined
        ? ""
        : `data:${mime};base64,${joined(data as string | string[]).replace(/\s/g, "")}`;
    }
    const mime = PICTURES[extname(href).toLowerCase()];
    if (/^[a-z]+:/i.test(href) || this.#folder === undefined || mime === undefined) return href;
    const path = resolve(this.#folder, decodeURIComponent(href));
    // Only from the folder that was named: a notebook of somebody else must not put other files into a report.
    if (!path.startsWith(resolve(this.#folder) + sep)) return "";
    try {
      return `data:${mime};base64,${readFileSync(path).toString("base64")}`;
    } catch {
      return "";
    }
  }
}
