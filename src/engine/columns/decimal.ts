/** DECIMALs: whole numbers, with the point before the last `scale` digits. */

/** As people write it, with all its digits. */
export function decimalText(digits: number | bigint, scale: number): string {
  if (scale === 0) return digits.toString()
  const isNegative = digits < 0
  const text = (isNegative ? -digits : digits).toString().padStart(scale + 1, '0')
  return `${isNegative ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`
}
