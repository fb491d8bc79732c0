// Package web embeds the chat's page: plain HTML, CSS and JavaScript modules, as
// they are in this folder, without a build step. app.js puts the modules together;
// those without a document - state, outbox, connection and the like - run in any
// JavaScript, and testdata has their tests.
package web

import "embed"

// Files are the page's files: index.html and what it asks for.
//
//go:embed index.html icon.svg *.css *.js
var Files embed.FS
