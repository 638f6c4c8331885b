/** A picture that is not a plotly figure: what it can be asked for, by files, pages and notebooks. */

/** A drawing with its own static and interactive form. */
export interface Drawing {
  readonly title: string;
  /** Its static form as a complete SVG document. */
  svg(): string;
  /** A page that works alone, with the network off. */
  html(): string;
  /** The part of such a page that can stand in another one. */
  fragment(): string;
  /** Jupyter's MIME bundle. */
  bundle(): Readonly<Record<string, unknown>>;
  /** What it draws, as JSON can hold it. */
  data(): unknown;
}

/** Whether a thing to export is a drawing, not a plotly figure. */
export function isDrawing(value: object): value is Drawing {
  return "svg" in value && typeof value.svg === "function";
}
