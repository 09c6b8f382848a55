// The wall page. Written for browsers of televisions: no modules, no arrow functions, no fetch. Every
// word from outside is set as text, never as markup.
(function () {
  'use strict';

  // Silence for longer than this is staleness: three times the server's sign of life.
  var SILENT_MS = 12000;
  // A stream that broke is given this long to come back before it is called stale.
  var BROKEN_MS = 2500;
  // After this long a stream that is silent is begun anew.
  var DEAD_MS = 40000;
  var POLL_MS = 2000;
  var RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
  var REFUSED_MS = 60000;
  // The whole picture moves by a little, so that nothing bright stands in one place for hours.
  var SHIFT_MS = 180000;
  var SHIFTS = [[0, 0], [6, 3], [12, 6], [6, 9], [0, 12], [-6, 9], [-12, 6], [-6, 3]];

  var board = null;
  var heard = null;      // when something was last heard, by the browser's own steady clock
  var server = null;     // what the server's clock showed then
  var broken = false;
  var refused = null;    // why the server does not let this screen in
  var source = null;
  var tries = 0;
  var shown = '';        // the incident on the screen

  function steady() {
    return window.performance && performance.now ? performance.now() : Date.now();
  }
  function serverNow() {
    return server === null ? Date.now() : server + (steady() - heard);
  }
  function by(id) { return document.getElementById(id); }
  function put(node, text) {
    text = String(text);
    if (node.textContent !== text) { node.textContent = text; }
  }
  function make(tag, name, text) {
    var node = document.createElement(tag);
    if (name) { node.className = name; }
    if (text !== undefined) { node.textContent = visible(text); }
    return node;
  }
  function empty(node) { while (node.firstChild) { node.removeChild(node.firstChild); } }
  function hide(node, hidden) { node.hidden = hidden; }

  // Characters that turn the line around or cannot be seen are shown as what they are.
  function visible(text) {
    return String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
      function (c) { return '<' + ('000' + c.charCodeAt(0).toString(16)).slice(-4) + '>'; });
  }
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function span(ms) {
    var s = Math.max(0, Math.floor(ms / 1000));
    var h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return (h ? h + ':' + two(m) : two(m)) + ':' + two(s % 60);
  }
  function age(ms) {
    var m = Math.floor(ms / 60000);
    if (m < 1) { return 'now'; }
    if (m < 60) { return m + ' min'; }
    if (m < 48 * 60) { return Math.floor(m / 60) + ' h'; }
    return Math.floor(m / 1440) + ' days';
  }
  function utc(ms) {
    var d = new Date(ms);
    return two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()) + ':' + two(d.getUTCSeconds());
  }
  function here(ms) {
    var d = new Date(ms);
    return two(d.getHours()) + ':' + two(d.getMinutes()) + ':' + two(d.getSeconds());
  }
  // The viewer's own zone by name, where the browser knows it.
  var zone = (function () {
    try { return Intl.DateTimeFormat().resolvedOptions().timeZone || ''; } catch (e) { return ''; }
  }());
  function isUtc() { return new Date().getTimezoneOffset() === 0; }

  var rotate = (function () {
    var found = /[?&]rotate=(\d{1,4})(?:&|$)/.exec(location.search);
    return found ? Math.max(5, Number(found[1])) * 1000 : 0;
  }());

  function word(severity) { return severity ? severity.toUpperCase() : 'SEV?'; }

  // ---- what is shown

  function current() {
    var all = board.incidents;
    if (!rotate || all.length < 2) { return all[0]; }
    return all[Math.floor(serverNow() / rotate) % all.length];
  }

  function line(entry) {
    var item = make('li', entry.retracted ? 'gone' : '');
    item.appendChild(make('span', 'time', here(entry.at)));
    var what = make('span', 'what');
    if (entry.kind !== 'note') { what.appendChild(make('span', 'kind', entry.kind.replace(/_/g, ' ') + ' ')); }
    var said = entry.text.indexOf(entry.by) === 0 ? entry.text : entry.by + ': ' + entry.text;
    what.appendChild(document.createTextNode(visible(said)));
    item.appendChild(what);
    return item;
  }

  function fill(id, items, each, none) {
    var list = by(id);
    empty(list);
    items.forEach(function (item) { list.appendChild(each(item)); });
    if (!items.length && none) { list.appendChild(make('li', 'dim', none)); }
  }

  // No row is shown by half.
  function fit(id) {
    var list = by(id), column = list.parentNode;
    while (list.childNodes.length > 1 && column.scrollHeight > column.clientHeight) {
      list.removeChild(list.lastChild);
    }
  }

  function heading(id, list, some) { hide(by(id), !some); hide(by(list), !some); }

  var SVG = 'http://www.w3.org/2000/svg';
  function sparkline(points) {
    var known = points.filter(function (p) { return p !== null; });
    if (known.length < 2) { return null; }
    var low = Math.min.apply(null, known), high = Math.max.apply(null, known);
    var height = high - low || 1, at = [];
    points.forEach(function (p, i) {
      if (p !== null) {
        at.push((i * 100 / Math.max(1, points.length - 1)).toFixed(1) + ',' +
          (28 - (p - low) * 26 / height).toFixed(1));
      }
    });
    var svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 30');
    svg.setAttribute('preserveAspectRatio', 'none');
    var poly = document.createElementNS(SVG, 'polyline');
    poly.setAttribute('points', at.join(' '));
    svg.appendChild(poly);
    return svg;
  }

  function signal(item) {
    var row = make('li');
    var chart = sparkline(item.points);
    if (chart) { row.appendChild(chart); }
    var standing = item.standing === 'critical' ? 'late' : item.standing === 'warning' ? 'soon' : '';
    row.appendChild(make('span', 'count ' + standing,
      item.value + (item.standing ? ' ' + item.standing : '')));
    row.appendChild(make('span', 'what', item.name));
    return row;
  }

  function alertRow(item) {
    var row = make('li');
    row.appendChild(counting('since', item.since));
    row.appendChild(make('span', 'what', '\u25b2 ' + item.name + ' ' + item.summary));
    return row;
  }

  function askRow(item) {
    var row = make('li');
    row.appendChild(counting('until', item.due));
    row.appendChild(make('span', 'what', item.to + ': ' + item.text));
    return row;
  }

  // A cell whose text follows the clock.
  function counting(way, at) {
    var cell = make('span', 'count');
    cell.setAttribute('data-' + way, at);
    return cell;
  }

  function draw() {
    if (!board) { return; }
    var card = current();
    hide(by('board'), !card);
    if (!card) { shown = ''; return quiet(); }
    hide(by('say'), true);
    shown = card.id;
    put(by('severity'), word(card.severity));
    by('severity').className = card.severity || 'unset';
    put(by('status'), card.status.toUpperCase());
    hide(by('drill'), !card.drill);
    put(by('title'), visible(card.id + '  ' + card.title));
    document.title = visible(word(card.severity) + ' ' + card.id + ' ' + card.title);
    by('clock').setAttribute('data-since', card.since);
    if (card.until !== null) { by('clock').setAttribute('data-ended', card.until); }
    else { by('clock').removeAttribute('data-ended'); }
    roles(card);
    fill('latest', card.latest, line, 'What happens is shown here as it is written down.');
    var said = card.decisions.concat(card.updates);
    said.sort(function (a, b) { return b.at - a.at; });
    fill('decisions', said.slice(0, 4), line, 'none yet');
    fill('signals', card.signals, signal);
    heading('signals-head', 'signals', card.signals.length);
    put(by('alerts-head'), 'Alerts \u00b7 ' + card.firing + ' firing');
    fill('alerts', card.alerts.slice(0, 5), alertRow);
    heading('alerts-head', 'alerts', card.firing);
    fill('asks', card.asks.slice(0, 5), askRow);
    heading('asks-head', 'asks', card.asks.length);
    ['latest', 'asks', 'alerts', 'signals', 'decisions'].forEach(fit);
    others(card);
    tick();
  }

  function roles(card) {
    var list = by('roles');
    empty(list);
    if (card.status === 'triage') { list.appendChild(make('li', 'soon', 'waits to be declared')); return; }
    card.roles.slice().sort(function (a, b) { return (a.name ? 1 : 0) - (b.name ? 1 : 0); })
      .forEach(function (role) {
        if (!role.name && !card.live) { return; }
        var item = make('li');
        item.appendChild(make('span', 'dim', role.role + ' '));
        item.appendChild(role.name ? make('span', '', role.name) : make('span', 'late', 'VACANT'));
        if (role.offered) { item.appendChild(make('span', 'dim', ' \u2192 ' + role.offered + ' offered')); }
        list.appendChild(item);
      });
  }

  function cut(text, most) {
    return text.length > most ? text.slice(0, most - 1) + '\u2026' : text;
  }

  // What else is open, as far as there is room, and how many more there are.
  function others(card) {
    var list = by('others'), more = board.more;
    empty(list);
    board.incidents.forEach(function (other) {
      if (other.id === card.id) { return; }
      list.appendChild(make('span', other.severity || 'unset',
        word(other.severity) + ' ' + other.id + ' ' + cut(other.title, 32)));
    });
    var count = make('span', 'dim', '');
    list.appendChild(count);
    function counted() { put(count, more ? '+' + more + ' more open' : ''); }
    counted();
    while (list.childNodes.length > 1 && list.scrollWidth > list.clientWidth) {
      list.removeChild(list.childNodes[list.childNodes.length - 2]);
      more += 1;
      counted();
    }
  }

  function say(what, more) {
    hide(by('board'), true);
    hide(by('say'), false);
    put(by('say-what'), what);
    put(by('say-more'), more);
    document.title = 'warroom: ' + what;
  }

  function quiet() {
    empty(by('others'));
    var last = board.last;
    say('All quiet', last ? 'Last incident: ' + visible(last.id + ' ' + last.title) + ' \u00b7 ' +
      word(last.severity) + ' \u00b7 ' + last.status + ' ' + ago(last.ended_at) : 'No incident so far.');
  }

  function ago(at) {
    var since = age(serverNow() - at);
    return since === 'now' ? 'just now' : since + ' ago';
  }

  // ---- what follows the clock

  // What the next update is called, and when it is due. On a picture that stands still no countdown
  // tells the truth, so the time of day is said, and of when that is.
  function update(card, now, old) {
    var what = 'update (' + (card.next_update_for || 'internal') + ')', left = card.next_update - now;
    if (old) {
      return ['dim', (left < 0 ? what + ' was due ' : 'next ' + what + ' by ') +
        utc(card.next_update).slice(0, 5) + ' UTC'];
    }
    if (left < 0) { return ['late', what + ' OVERDUE ' + span(-left)]; }
    return [left < 60000 ? 'soon' : '', 'next ' + what + ' in ' + span(left)];
  }

  function due(card, now, old) {
    var list = by('due'), parts = [];
    if (card.live) {
      parts.push(card.next_update === null ? ['dim', 'no update is promised'] : update(card, now, old));
    }
    var late = card.asks_due.filter(function (at) { return at <= now; }).length;
    if (late) { parts.push(['late', late + (late === 1 ? ' ask' : ' asks') + ' overdue']); }
    var open = card.asks_due.length - late;
    if (open && !card.asks.length) { parts.push(['dim', open + (open === 1 ? ' ask' : ' asks') + ' open']); }
    if (old) { parts.push(['soon', 'as of ' + utc(now) + ' UTC']); }
    if (list.childNodes.length !== parts.length) {
      empty(list);
      parts.forEach(function () { list.appendChild(make('span')); });
    }
    parts.forEach(function (part, i) {
      var node = list.childNodes[i];
      put(node, part[1]);
      if (node.className !== part[0]) { node.className = part[0]; }
    });
  }

  function staleness(now) {
    var banner = by('stale'), silent = heard === null ? 0 : steady() - heard;
    var old = heard !== null && (silent > SILENT_MS || (broken && silent > BROKEN_MS));
    var never = heard === null && broken && !refused;
    if (old) {
      put(banner, 'STALE ' + span(silent) + ' \u2013 this screen shows ' + utc(now - silent) + ' UTC');
    } else if (never) {
      put(banner, 'The server cannot be reached. Trying again by itself.');
    }
    hide(banner, !(old || never));
    var root = document.documentElement, look = old || never ? 'old' : '';
    if (root.className !== look) {
      root.className = look;
      // There is less room, or more.
      if (board && !refused) { draw(); }
    }
    return old;
  }

  function tick() {
    var now = serverNow();
    var old = staleness(now);
    // Some browsers do not notice that the other side is gone.
    if (source && steady() - heard > DEAD_MS) { drop(); later(); }
    // What is stale stands still: a clock that ran on would claim to know, and what it let fall due
    // may long be done.
    if (old) { now = server; }
    put(by('now'), utc(serverNow()) + ' UTC' +
      (isUtc() ? '' : ' \u00b7 ' + here(serverNow()) + ' ' + zone));
    if (board && !refused) {
      var card = current();
      if (card && card.id !== shown) { return draw(); }
      if (card) { clocks(card, now, old); } else { quiet(); }
    }
    shift();
  }

  function clocks(card, now, old) {
    var clock = by('clock');
    put(clock, span((card.until === null ? now : card.until) - card.since));
    due(card, now, old);
    var cells = document.querySelectorAll('[data-until], li [data-since]');
    for (var i = 0; i < cells.length; i++) {
      var cell = cells[i], until = cell.getAttribute('data-until');
      if (until === null) { put(cell, age(now - Number(cell.getAttribute('data-since')))); continue; }
      var left = Number(until) - now;
      if (old) { put(cell, left < 0 ? 'OVERDUE' : 'by ' + here(Number(until)).slice(0, 5)); }
      else { put(cell, left < 0 ? 'OVERDUE ' + span(-left) : span(left)); }
      var style = 'count ' + (left < 0 ? 'late' : left < 60000 ? 'soon' : '');
      if (cell.className !== style) { cell.className = style; }
    }
  }

  function shift() {
    var at = SHIFTS[Math.floor(Date.now() / SHIFT_MS) % SHIFTS.length];
    var move = 'translate(' + at[0] + 'px,' + at[1] + 'px)';
    [by('wall'), by('stale')].forEach(function (node) {
      if (node.style.transform !== move) { node.style.transform = move; }
    });
  }

  // On the whole second of the server's clock, so that two walls change together.
  function second() {
    tick();
    setTimeout(second, 1000 - (Math.floor(serverNow()) % 1000) + 5);
  }

  // ---- what is heard

  function alive(now) {
    server = now;
    heard = steady();
    broken = false;
    tries = 0;
    if (refused) { refused = null; draw(); }
  }

  function took(text) {
    try { board = JSON.parse(text); } catch (e) { return; }
    // The server's clock comes with the sign of life right behind.
    if (heard === null) { heard = steady(); server = Date.now(); }
    refused = null;
    draw();
  }

  function request(method, path, body, done) {
    var xhr = new XMLHttpRequest(), over = false;
    function end(status, text) { if (!over) { over = true; done(status, text); } }
    xhr.open(method, path, true);
    xhr.timeout = 10000;
    xhr.onload = function () { end(xhr.status, xhr.responseText); };
    xhr.onerror = xhr.ontimeout = function () { end(0, ''); };
    if (body !== null) { xhr.setRequestHeader('Content-Type', 'text/plain'); }
    xhr.send(body);
  }

  function turnedAway(status) {
    refused = status;
    board = null;
    var what = status === 429 ? 'Too many tries' : 'This wall is not let in';
    say(what, status === 429 ? 'It tries again in a minute.' :
      'Open it with a link that holds: an admin makes one with  warroom token create NAME --level wall');
    hide(by('stale'), true);
    setTimeout(look, REFUSED_MS);
  }

  function later() {
    broken = true;
    setTimeout(look, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    tries += 1;
  }

  function isRefusal(status) { return status === 401 || status === 403 || status === 429; }

  // Looks once, which says whether this screen is let in, and then listens.
  function look() {
    request('GET', '/wall/now', null, function (status, text) {
      if (isRefusal(status)) { return turnedAway(status); }
      if (status !== 200) { later(); return tick(); }
      var answer;
      try { answer = JSON.parse(text); } catch (e) { return later(); }
      board = answer.board;
      refused = null;
      alive(answer.now);
      draw();
      if (!window.EventSource) { setTimeout(look, POLL_MS); return; }
      listen();
    });
  }

  function listen() {
    drop();
    source = new EventSource('/wall/events');
    source.addEventListener('board', function (event) { took(event.data); });
    source.addEventListener('beat', function (event) {
      try { alive(JSON.parse(event.data).now); } catch (e) { return; }
      tick();
    });
    source.onerror = function () {
      if (!broken && source.readyState !== 2) { ask(); }
      broken = true;
      tick();
      // A stream that broke comes back by itself, and says what it had last; one that is closed, for
      // it was refused, does not.
      if (source && source.readyState === 2) { drop(); later(); }
    };
  }

  // Whether the stream broke because this screen is let in no more.
  function ask() {
    request('GET', '/wall/now', null, function (status) {
      if (isRefusal(status) && !refused) { drop(); turnedAway(status); }
    });
  }

  function drop() {
    if (source) { source.close(); }
    source = null;
  }

  function hand(words) {
    request('POST', '/wall/enter', words, function (status) {
      if (isRefusal(status) || status === 400) { return turnedAway(status); }
      if (status === 204) { return look(); }
      broken = true;
      tick();
      setTimeout(function () { hand(words); }, 5000);
    });
  }

  function enter() {
    var words = location.hash.slice(1);
    if (!words) { return look(); }
    // It must not stand on the screen, nor in the history.
    if (history.replaceState) { history.replaceState(null, '', location.pathname + location.search); }
    hand(words);
  }

  window.addEventListener('hashchange', function () { if (location.hash.length > 1) { enter(); } });
  say('Connecting', '');
  enter();
  second();
}());
