'use strict';
// Decides as the guest agent does, from precomputed tables: for each privilege, the role by which each process would be
// allowed. Privileges are in the order in which the decision evaluates them.
var pages = (function () {
  var hex = function (byte) {
    if (byte >= 48 && byte <= 57) return byte - 48;
    if (byte >= 65 && byte <= 70) return byte - 55;
    if (byte >= 97 && byte <= 102) return byte - 87;
    return -1;
  };
  var decoded = function (text) {
    var bytes = new TextEncoder().encode(text), plain = [];
    for (var i = 0; i < bytes.length; i++) {
      var high = bytes[i] === 37 && i + 2 < bytes.length ? hex(bytes[i + 1]) : -1;
      var low = high >= 0 ? hex(bytes[i + 2]) : -1;
      if (high >= 0 && low >= 0) { plain.push(high * 16 + low); i += 2; } else plain.push(bytes[i]);
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(plain));
  };
  var lower = function (text) { return text.toLowerCase(); };
  // A path with its query, as the agent's parser reads it; null if it refuses it.
  var target = function (text) {
    if (text === '' || text[0] !== '/' || new TextEncoder().encode(text).length > 65534) return null;
    text = text.split('#')[0];
    var at = text.indexOf('?');
    var path = at < 0 ? text : text.slice(0, at), query = at < 0 ? null : text.slice(at + 1);
    if (/[\u0000-\u0020<>`\u007f]/.test(path) || (query !== null && /[\u0000-\u0020"<>\u007f]/.test(query))) return null;
    return { path: path, query: query };
  };
  var parameters = function (queries) {
    var first = new Map();
    queries.forEach(function (query) {
      if (query === null) return;
      query.split('&').forEach(function (pair) {
        var at = pair.indexOf('=');
        var key = at < 0 ? pair : pair.slice(0, at), value = at < 0 ? '' : pair.slice(at + 1);
        if (key === '') return;
        key = lower(decoded(key));
        if (!first.has(key)) first.set(key, lower(decoded(value)));
      });
    });
    return first;
  };
  // The decisions on a GET by each process: { step, cells: [{ answer, role, privilege, identity }] }.
  var decide = function (page, text) {
    var all = function (answer) { return page.columns.map(function () { return { answer: answer }; }); };
    var asked = target(text);
    if (asked === null) return { step: 'malformed', cells: all('denied') };
    if (asked.path.indexOf('//') >= 0 || decoded(asked.path).indexOf('..') >= 0) return { step: 'guard', cells: all('denied') };
    if (asked.query === null && (asked.path === '/provision' || asked.path === '/gpa-aggregated-status')) return { step: 'own', cells: all('allowed') };
    if (!page.evaluated) return { step: 'disabled', cells: all('not_evaluated') };
    var plain = lower(decoded(asked.path)), hidden = plain.indexOf('?');
    var path = hidden < 0 ? plain : plain.slice(0, hidden);
    var query = parameters([asked.query, hidden < 0 ? null : plain.slice(hidden + 1)]);
    var matching = page.privileges.filter(function (one) {
      return path.startsWith(one.path) && one.query.every(function (pair) { return query.get(pair[0]) === pair[1]; });
    });
    if (matching.length === 0) return { step: 'default', cells: all(page.otherwise) };
    return {
      step: 'rules',
      closed: matching[0].name,
      cells: page.columns.map(function (_, column) {
        for (var i = 0; i < matching.length; i++) {
          var by = matching[i].by[column];
          if (by) return { answer: 'allowed', role: by[0], identity: by[1], privilege: matching[i].name };
        }
        return { answer: page.refused };
      })
    };
  };
  return { decide: decide, target: target };
})();
if (typeof document !== 'undefined') {
  var data = JSON.parse(document.getElementById('data').textContent);
  var element = function (name, text, className) {
    var made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  var steps = {
    malformed: 'A request cannot have this path: the HTTP parser refuses it.',
    guard: 'The path contains "//" or "..", which is refused before any rule.',
    own: 'The guest agent responds to this path itself.',
    disabled: 'The rules are not evaluated: every request passes.',
    'default': 'No privilege matches, so the default access decides.'
  };
  var words = { allowed: 'allowed', not_evaluated: 'let through', allowed_by_default: 'allowed by default', recorded: 'not allowed: recorded, but let through', denied: 'denied', not_allowed: 'not allowed', unknown: 'not known' };
  data.forEach(function (page) {
    var form = document.getElementById(page.id + '-tester');
    if (!form) return;
    form.hidden = false;
    var input = form.querySelector('input'), result = document.getElementById(page.id + '-result');
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      var text = input.value.trim().replace(/^https?:\/\/[^\/?#]*/i, '');
      var decision = pages.decide(page, text);
      result.textContent = '';
      if (steps[decision.step]) result.appendChild(element('p', steps[decision.step]));
      var groups = new Map();
      decision.cells.forEach(function (cell, column) {
        var by = cell.role === undefined ? '' : ' through role ' + cell.role + ' by privilege ' + cell.privilege + (cell.identity === page.columns[column] ? '' : ' as identity ' + cell.identity);
        var what = words[cell.answer] + by;
        if (!groups.has(what)) groups.set(what, { names: [], yes: /^allowed|^not_evaluated/.test(cell.answer) });
        groups.get(what).names.push(page.columns[column]);
      });
      var list = document.createElement('ul');
      Array.from(groups).sort(function (a, b) { return (b[1].yes ? 1 : 0) - (a[1].yes ? 1 : 0); }).forEach(function (group) {
        var line = element('li', '', group[1].yes ? 'yes' : 'no');
        line.appendChild(element('strong', group[1].names.join(', ')));
        line.appendChild(document.createTextNode(': ' + group[0]));
        list.appendChild(line);
      });
      result.appendChild(list);
    });
  });
}
if (typeof module !== 'undefined') module.exports = pages;
