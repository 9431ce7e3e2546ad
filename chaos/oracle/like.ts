/** LIKE by its definition: `%` any characters, `_` one; no escape. */

export function isLike(text: string, pattern: string): boolean {
  return matches([...text], [...pattern])
}

function matches(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '%') {
    return text.some((_, at) => matches(text.slice(at), rest)) || matches([], rest)
  }
  if (text.length === 0) return false
  return (first === '_' || first === text[0]) && matches(text.slice(1), rest)
}
