// Makes static/icons.svg from the icons named in icons.txt.
//
//   npm ci --ignore-scripts && node icons.mjs
//   node icons.mjs --check     fails when the sprite is not what it would make
import { readFileSync, writeFileSync } from 'node:fs'

const here = path => new URL(path, import.meta.url)
const read = path => readFileSync(here(path), 'utf8')
const lucide = './node_modules/lucide-static/'

// Lucide lists what it took from Feather by Feather's names; these were renamed since.
const renamed = {
  'circle-question-mark': 'help-circle',
  'triangle-alert': 'alert-triangle',
}

const names = read('./icons.txt').split('\n').filter(Boolean)
const { version } = JSON.parse(read(`${lucide}package.json`))

const sprite = `<!--
Icons picked from lucide-static ${version}.

${licence(names)}
-->
<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join('')}</svg>
`

if (process.argv.includes('--check')) {
  if (read('../icons.svg') !== sprite) {
    console.error('static/icons.svg is not what static/_build/icons.mjs makes: run it again')
    process.exit(1)
  }
} else {
  writeFileSync(here('../icons.svg'), sprite)
}

function symbol(name) {
  const [, shapes] = read(`${lucide}icons/${name}.svg`).match(/<svg[^>]*>([^]*)<\/svg>/)
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.trim().replace(/\s*\n\s*/g, '')}</symbol>`
}

// An XML comment may not hold two hyphens, so the licence's rules are dropped.
function licence(names) {
  const [isc, list, mit] = read(`${lucide}LICENSE`).split(/\n-{3,}\n|(?=The MIT License)/).map(part => part.trim())
  const feather = new Set(list.split(':')[1].split(',').map(name => name.trim()))
  const derived = names.filter(name => feather.has(renamed[name] ?? name))
  return `${isc}\n\nDerived from the Feather project, MIT: ${derived.join(', ')}.\n\n${mit}`
}
