/**
 * What package.json and package-lock.json owe: exact versions, no host in the lockfile, and
 * packages that all run on the oldest Node that is promised.
 */

import type { Finding } from './finding.ts'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly engines?: { readonly node?: string }
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>
}

export interface Manifest {
  readonly engines: { readonly node: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

type Version = readonly [major: number, minor: number, patch: number]

function versionOf(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
  return [major, minor, patch]
}

const isBelow = (a: Version, b: Version): boolean => {
  const at = a.findIndex((part, index) => part !== b[index])
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0)
}

function comparatorHolds(version: Version, comparator: string): boolean {
  const match = /^(>=|<|\^|~|)\s*v?(\d+(?:\.\d+)*)(?:\.[x*])?$/.exec(comparator)
  if (match === null) throw new Error(`a range that this test cannot read: ${comparator}`)
  const [, operator, text = ''] = match
  const bound = versionOf(text)
  if (operator === '<') return isBelow(version, bound)
  if (isBelow(version, bound)) return false
  if (operator === '>=') return true
  const isLoose = operator === '^' || (operator === '' && !text.includes('.'))
  return version[0] === bound[0] && (isLoose || version[1] === bound[1])
}

/** Enough of npm's ranges for `engines`; what it cannot read it throws at. */
export function satisfies(version: string, range: string): boolean {
  const isMet = (part: string) =>
    part
      .replace(/(>=|<|\^|~)\s+/g, '$1')
      .split(/\s+/)
      .every(one => one === '*' || one === '' || comparatorHolds(versionOf(version), one))
  return range.split('||').some(part => isMet(part.trim()))
}

/** `>=20.19` -> `20.19.0`: the oldest Node that we promise. */
const oldest = (manifest: Manifest) => manifest.engines.node.replace(/^>=/, '')

export function lockfile(lock: Lockfile, manifest: Manifest): readonly Finding[] {
  const node = oldest(manifest)
  return Object.entries(lock.packages).flatMap(([name, { resolved, engines }]) => {
    const path = 'package-lock.json'
    const found: Finding[] = []
    if (resolved !== undefined) {
      found.push({ path, line: 1, rule: 'lockfile', message: `${name} names a host` })
    }
    const range = engines?.node
    if (range !== undefined && !satisfies(node, range)) {
      const message = `${name} wants Node ${range}; we promise ${node}`
      found.push({ path, line: 1, rule: 'engines', message })
    }
    return found
  })
}

export function exactVersions(manifest: Manifest): readonly Finding[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies }
  return Object.entries(all).flatMap(([name, version]) => {
    if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return []
    const message = `${name} ${version} is a range; the version that was tested is exact`
    return [{ path: 'package.json', line: 1, rule: 'exact-version', message }]
  })
}
