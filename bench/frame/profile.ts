/**
 * Where a process spent its time, from the profile that `node --cpu-prof` leaves: by function and
 * by part of the program, busy time only.
 */

export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
  }[]
  readonly samples: readonly number[]
  /** Microseconds between each sample and the one before. */
  readonly timeDeltas: readonly number[]
}

export interface Share {
  readonly name: string
  readonly percent: number
}

const IDLE = '(idle)'

/** `src/raft/wire`, a package, or Node itself. */
export function partOf(functionName: string, url: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native'
  if (url.startsWith('node:')) return url.split('/')[0] ?? url
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)
  if (library?.[1] !== undefined) return library[1]
  const own = /\/(?:dist|src|chaos|bench)\/(.*)\/[^/]+$/.exec(url)
  return own?.[1] ?? url
}

type Name = (functionName: string, url: string, line: number) => string

/** The largest first. */
function sharesBy(profile: CpuProfile, name: Name): readonly Share[] {
  const nameById = new Map<number, string>()
  for (const { id, callFrame } of profile.nodes) {
    const { functionName, url, lineNumber } = callFrame
    const isIdle = functionName === IDLE
    nameById.set(id, isIdle ? IDLE : name(functionName, url, lineNumber + 1))
  }
  const time = new Map<string, number>()
  for (const [at, id] of profile.samples.entries()) {
    const key = nameById.get(id) ?? IDLE
    time.set(key, (time.get(key) ?? 0) + (profile.timeDeltas[at] ?? 0))
  }
  time.delete(IDLE)
  const busy = [...time.values()].reduce((sum, one) => sum + one, 0)
  return [...time]
    .map(([key, spent]) => ({ name: key, percent: (spent / busy) * 100 }))
    .sort((a, b) => b.percent - a.percent)
}

export const byPart = (profile: CpuProfile): readonly Share[] => sharesBy(profile, partOf)

export const byFunction = (profile: CpuProfile): readonly Share[] =>
  sharesBy(profile, (functionName, url, line) => {
    const file = url.slice(url.lastIndexOf('/') + 1)
    const place = file === '' ? '' : ` ${file}:${line}`
    return `${functionName === '' ? '(anonymous)' : functionName}${place}`
  })

/** What of the time was not idle, in percent of all. */
export function busyPercent(profile: CpuProfile): number {
  const idle = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.functionName === IDLE).map(({ id }) => id),
  )
  let busy = 0
  let all = 0
  for (const [at, id] of profile.samples.entries()) {
    const spent = profile.timeDeltas[at] ?? 0
    all += spent
    if (!idle.has(id)) busy += spent
  }
  return (busy / all) * 100
}
