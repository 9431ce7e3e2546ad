/** The names of files in a store's folder. Whatever has another name is left alone. */

import type { GroupId } from '../../base/ids.ts'

export const IDENTITY = 'identity'
export const BOOT = 'boot'
/** A file that is still being written; what an earlier life left under such a name is void. */
const PART = '.part'

const SEGMENT_DIGITS = 10
const SEGMENT = /^log-(\d{10})$/
const IMAGE = /^image-\d+-\d+-\d+-\d+$/

export function partOf(name: string): string {
  return name + PART
}

/** The name that a file has, or will have, when it is whole. */
export function wholeOf(name: string): string {
  return isPart(name) ? name.slice(0, -PART.length) : name
}

export function isPart(name: string): boolean {
  return name.endsWith(PART) && isOurs(name.slice(0, -PART.length))
}

export function segmentName(segment: number): string {
  return `log-${String(segment).padStart(SEGMENT_DIGITS, '0')}`
}

/** The number of a segment, when the name is one's. */
export function segmentOf(name: string): number | undefined {
  const digits = SEGMENT.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Boot and serial make the name one that was never used before. */
export function imageName(group: GroupId, index: number, boot: number, serial: number): string {
  return `image-${group}-${index}-${boot}-${serial}`
}

export function isImage(name: string): boolean {
  return IMAGE.test(name)
}

/** Names that a store gives; of others in the folder it knows nothing. */
export function isOurs(name: string): boolean {
  return name === IDENTITY || name === BOOT || isImage(name) || segmentOf(name) !== undefined
}
