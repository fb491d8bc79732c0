package devtools

import "context"

// Offline cuts the page off from the network, or joins it again.
func (p *Page) Offline(ctx context.Context, off bool) error {
	return p.Call(ctx, "Network.emulateNetworkConditions", params{
		"offline": off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
	}, nil)
}

// Prefer sets what the user prefers: a CSS media feature and its value, such as
// "prefers-color-scheme" and "dark". It replaces what was set before.
func (p *Page) Prefer(ctx context.Context, feature, value string) error {
	return p.Call(ctx, "Emulation.setEmulatedMedia", params{
		"features": []params{{"name": feature, "value": value}},
	}, nil)
}

// Size makes the page as large as a screen of so many CSS pixels; mobile makes it
// one that is touched.
func (p *Page) Size(ctx context.Context, width, height int, mobile bool) error {
	return p.Call(ctx, "Emulation.setDeviceMetricsOverride", params{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile,
	}, nil)
}

// Locale makes the page believe in a user of the language tag, in JavaScript's
// Intl and navigator and in the Accept-Language of requests.
func (p *Page) Locale(ctx context.Context, tag string) error {
	if err := p.Call(ctx, "Emulation.setLocaleOverride", params{"locale": tag}, nil); err != nil {
		return err
	}
	var agent string
	if err := p.Eval(ctx, "navigator.userAgent", &agent); err != nil {
		return err
	}
	return p.Call(ctx, "Emulation.setUserAgentOverride", params{"userAgent": agent, "acceptLanguage": tag}, nil)
}
