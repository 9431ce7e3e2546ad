/**
 * Test support for runs of hours: a property that fails says so when it does, seed and path first,
 * and not when all the others have been tried.
 */

import fc from 'fast-check'

fc.configureGlobal({
  reporter: details => {
    if (!details.failed) return
    const text = fc.defaultReportMessage(details)
    process.stderr.write(`${text}\n`)
    throw new Error(text, { cause: details.errorInstance })
  },
})
