/** Texts by their characters, which are code points: no function cuts one in half. */

const SURROGATE = /[\ud800-\udfff]/

/** Of plain texts, which nearly all are, a character is a unit. */
const isPlain = (text: string): boolean => !SURROGATE.test(text)

export const characters = (text: string): readonly string[] => [...text]

export const countOf = (text: string): number =>
  isPlain(text) ? text.length : characters(text).length

/** From one place, counted from 0, up to another that is left out. */
export function sliced(text: string, from: number, to: number): string {
  if (isPlain(text)) return text.slice(from, to)
  return characters(text).slice(from, to).join('')
}

/** How many characters stand before a unit. */
export const placeOf = (text: string, unit: number): number => countOf(text.slice(0, unit))
