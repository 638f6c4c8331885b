/**
 * Colour arithmetic: relative luminance, contrast, and colours of a chosen OKLCH lightness, chroma and hue.
 *
 * Source: sRGB transfer function IEC 61966-2-1; luminance and contrast ratio WCAG 2.2 (W3C, 2023); OKLab
 * B. Ottosson, "A perceptual color space for image processing", 2020.
 */
import { DomainError, show } from "../core/errors.ts";

/** Red, green, blue as linear light, 0 to 1. */
export type LinearRgb = readonly [number, number, number];

/** Linear light of a colour written as `#rrggbb`. */
export function linearRgb(hex: string): LinearRgb {
  if (!/^#[0-9a-f]{6}$/i.test(hex))
    throw new DomainError(`colour: hex must be written as #rrggbb, got ${show(hex)}`);
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** `#rrggbb` of linear light; values outside 0 to 1 are cut. */
export function hexOf(rgb: LinearRgb): string {
  const channel = (c: number) => {
    const cut = Math.min(1, Math.max(0, c));
    const coded = cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055;
    return Math.round(coded * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${rgb.map(channel).join("")}`;
}

/** Relative luminance of a colour, 0 (black) to 1 (white): what a greyscale print keeps of it. */
export function luminance(hex: string): number {
  const [r, g, b] = linearRgb(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * Contrast ratio of two colours, 1 to 21. WCAG 2.2 asks 3 for lines (1.4.11) and 4.5 for text (1.4.3).
 *
 * @param first a colour as `#rrggbb`
 * @param second a colour as `#rrggbb`
 * @throws DomainError for a colour written otherwise
 */
export function contrastRatio(first: string, second: string): number {
  const [a, b] = [luminance(first), luminance(second)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** OKLab coordinates of a colour: lightness 0 to 1, and two opponent axes. */
export function oklab(hex: string): LinearRgb {
  const [r, g, b] = linearRgb(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/**
 * The colour of an OKLCH lightness (0 to 1), chroma and hue (degrees). Where the screen cannot show it, chroma is
 * lowered and lightness kept: lightness is what must stay even along a scale.
 */
export function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.002) {
    const cut = Math.max(0, c);
    const rgb = linearOfOklab(lightness, cut * Math.cos(angle), cut * Math.sin(angle));
    if (cut === 0 || rgb.every((v) => v >= -1e-4 && v <= 1 + 1e-4)) return hexOf(rgb);
  }
}

function linearOfOklab(lightness: number, a: number, b: number): LinearRgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** A colour with an opacity, as CSS `rgba(...)`. */
export function withOpacity(hex: string, opacity: number): string {
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${channel(1)},${channel(3)},${channel(5)},${opacity})`;
}

/** Black or white, whichever is better read on a background: the better one always has a contrast above 4.5. */
export function inkOn(background: string): string {
  return contrastRatio(background, "#ffffff") >= contrastRatio(background, "#000000") ? "#ffffff" : "#000000";
}
