// Days and times as the reader's clock has them.

const cache = new Map(); // of Intl's formats, which are dear to make

function format(language, name, options) {
  const key = `${language} ${name}`;
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat(language, options));
  return cache.get(key);
}

// day tells days apart: the same number for all times of one local day.
export function day(ms) {
  const d = new Date(ms);
  return (d.getFullYear() * 12 + d.getMonth()) * 31 + d.getDate();
}

export const clock = (language, ms) => format(language, 'clock', { hour: 'numeric', minute: '2-digit' }).format(ms);

export const full = (language, ms) => format(language, 'full', { dateStyle: 'full', timeStyle: 'medium' }).format(ms);

// dayLabel is what stands between two days; the year is told only if it is another.
export function dayLabel(language, ms, now) {
  if (new Date(ms).getFullYear() === new Date(now).getFullYear()) {
    return format(language, 'day', { month: 'long', day: 'numeric', weekday: 'long' }).format(ms);
  }
  return format(language, 'year', { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }).format(ms);
}

// isDate says whether a number is a time at all.
export const isDate = (ms) => Number.isFinite(new Date(ms).getTime());
