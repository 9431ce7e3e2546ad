/**
 * Makes the programs of a service, once: in a folder beside their place, renamed there when they
 * are complete, so that half of a build is never taken for a whole one.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { locked } from './lock.ts'
import type { Command, Service } from './service.ts'

/** How often a build says that it goes on. */
const PROGRESS_MS = 5000
/** As much of a failed build's output as is shown. */
const OUTPUT_CHARS = 4000

type Say = (text: string) => void

/** A program is missing that the recipe cannot do without: nothing is wrong, but not here. */
export class CannotBuildHere extends Error {}

export function isOnPath(program: string, path = process.env['PATH'] ?? ''): boolean {
  return path.split(delimiter).some(folder => folder !== '' && existsSync(join(folder, program)))
}

export function programsOf({ name, recipe }: Service): string {
  return join(cacheFolder(), 'programs', `${recipe.name ?? name}-${recipe.edition}`)
}

/** To its end, which must be a good one. */
export function finished({ command, args, env }: Command): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output = (output + chunk).slice(-OUTPUT_CHARS)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${output}`))
    })
  })
}

async function make(service: Service, place: string, say: Say): Promise<void> {
  const startedMs = performance.now()
  const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(0)
  const title = `${service.name} ${service.recipe.edition}`
  say(`building ${title}`)
  const progress = setInterval(() => say(`building ${title}: ${seconds()} s`), PROGRESS_MS)
  const draft = mkdtempSync(`${place}.draft-`)
  try {
    for (const command of service.recipe.commands(draft)) await finished(command)
    renameSync(draft, place)
    say(`built ${title} in ${seconds()} s`)
  } finally {
    clearInterval(progress)
    rmSync(draft, { recursive: true, force: true })
  }
}

/** The folder of the service's programs, which are built if they are not there. */
export function built(service: Service, say: Say): Promise<string> {
  const place = programsOf(service)
  if (existsSync(place)) return Promise.resolve(place)
  mkdirSync(join(cacheFolder(), 'programs'), { recursive: true })
  return locked(`${place}.lock`, say, async () => {
    if (existsSync(place)) return place
    const missing = service.recipe.needs.find(program => !isOnPath(program))
    if (missing !== undefined) {
      throw new CannotBuildHere(
        `${service.name} is built with \`${missing}\`, which is not on the path: install it, ` +
          `or name a running ${service.name} in ${service.variable}`,
      )
    }
    await make(service, place, say)
    return place
  })
}
