"""Formats of pictures: every template of the studio, as plain data."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.presets.models import Look, Platform, Quality

P, D, C = Look.Code.PHOTOGRAPHIC, Look.Code.DIGITAL_ART, Look.Code.CINEMATIC
STANDARD, PREMIUM = Quality.Code.STANDARD, Quality.Code.PREMIUM
_ON = Platform.Code


class TemplateData(NamedTuple):
    """A format. `goal` says what it is good for, in words that a search finds it by."""

    code: str
    title: str
    platform: Platform.Code
    width_px: int
    height_px: int
    look: Look.Code
    quality: Quality.Code
    goal: str


T = TemplateData

# fmt: off
TEMPLATES: tuple[TemplateData, ...] = (
    T("instagram-feed-square", "Feed square", _ON.INSTAGRAM, 1080, 1080, P, PREMIUM,
      "a post in the grid of a profile; product, food, portrait, quote, carousel"),
    T("instagram-feed-portrait", "Feed portrait", _ON.INSTAGRAM, 1080, 1350, P, PREMIUM,
      "the tallest post in the feed; fashion, person, product, travel"),
    T("instagram-story", "Story", _ON.INSTAGRAM, 1080, 1920, D, STANDARD,
      "full screen on a phone for a day; announcement, offer, behind the scenes"),
    T("instagram-reel-cover", "Reel cover", _ON.INSTAGRAM, 1080, 1920, C, PREMIUM,
      "the still in front of a short video; dance, tutorial, travel, trailer"),
    T("facebook-feed", "Feed", _ON.FACEBOOK, 1200, 630, P, STANDARD,
      "a post or shared link; news, event, offer, community"),
    T("facebook-feed-square", "Feed square", _ON.FACEBOOK, 1080, 1080, P, STANDARD,
      "a square post that works on phone and desktop; product, food, carousel, advertisement"),
    T("facebook-story", "Story", _ON.FACEBOOK, 1080, 1920, D, STANDARD,
      "full screen on a phone for a day; announcement, offer, event"),
    T("facebook-cover", "Cover", _ON.FACEBOOK, 820, 312, P, STANDARD,
      "the picture across the top of a page; brand, team, season, panorama"),
    T("x-post", "Post", _ON.X, 1200, 675, P, STANDARD,
      "a picture in the timeline; news, opinion, launch, chart"),
    T("x-post-large", "Large post", _ON.X, 1920, 1080, P, STANDARD,
      "a post that is opened in full; photograph, screenshot, launch, detail"),
    T("x-card", "Card", _ON.X, 1200, 600, D, STANDARD,
      "the preview of a shared link; article, app, launch"),
    T("x-header", "Header", _ON.X, 1500, 500, P, PREMIUM,
      "the picture across the top of a profile; brand, panorama, skyline"),
    T("linkedin-post", "Post", _ON.LINKEDIN, 1200, 628, P, PREMIUM,
      "a post or shared link; business, hiring, report, event, announcement"),
    T("linkedin-post-square", "Post square", _ON.LINKEDIN, 1080, 1080, P, PREMIUM,
      "a square post that is tall on a phone; team, quote, milestone, portrait"),
    T("linkedin-article-cover", "Article cover", _ON.LINKEDIN, 1200, 627, P, PREMIUM,
      "the head of an article or newsletter; business, essay, case study"),
    T("linkedin-company-cover", "Company cover", _ON.LINKEDIN, 1128, 191, P, STANDARD,
      "the narrow picture across the top of a company page; brand, office, skyline, panorama"),
    T("youtube-thumbnail", "Thumbnail", _ON.YOUTUBE, 1280, 720, C, PREMIUM,
      "the still that makes people click a video; face, tutorial, review, vlog, gaming"),
    T("youtube-channel-art", "Channel art", _ON.YOUTUBE, 2560, 1440, P, PREMIUM,
      "the background of a channel on every screen; brand, show, scenery, television"),
    T("pinterest-pin", "Pin", _ON.PINTEREST, 1000, 1500, P, PREMIUM,
      "a tall picture to be saved; recipe, interior, fashion, craft, garden, wedding, idea"),
    T("pinterest-story-pin", "Story pin", _ON.PINTEREST, 1080, 1920, D, STANDARD,
      "full-screen steps on a phone; recipe, tutorial, craft, how-to"),
    T("tiktok-video-cover", "Video cover", _ON.TIKTOK, 1080, 1920, C, PREMIUM,
      "the still in front of a vertical video; dance, trend, tutorial, comedy"),
    T("blog-header", "Header", _ON.BLOG, 1200, 628, P, PREMIUM,
      "the head of an article, also when it is shared; essay, guide, news, travel, recipe"),
    T("blog-header-wide", "Header wide", _ON.BLOG, 1920, 1080, P, PREMIUM,
      "a large head for an article; feature, photo essay, case study, landscape"),
    T("blog-header-ultra-wide", "Header ultra-wide", _ON.BLOG, 2560, 1080, P, PREMIUM,
      "a head from edge to edge on wide screens; panorama, landscape, skyline"),
    T("email-banner", "Banner", _ON.EMAIL, 600, 200, P, STANDARD,
      "the head of a newsletter; sale, season, announcement, greeting"),
    T("email-product", "Product", _ON.EMAIL, 600, 600, P, PREMIUM,
      "one article of an offer in a newsletter; product, packshot, shop, sale"),
    T("web-hero", "Hero", _ON.WEB, 1920, 1080, P, PREMIUM,
      "the first thing on a home or landing page; brand, product, launch, app"),
    T("web-hero-wide", "Wide hero", _ON.WEB, 2560, 1080, P, PREMIUM,
      "a first picture from edge to edge on wide screens; brand, panorama, landscape"),
    T("web-banner", "Banner", _ON.WEB, 1200, 400, P, PREMIUM,
      "a strip across a page; sale, category, advertisement, call to action"),
    T("print-product-square", "Product square", _ON.PRINT, 2048, 2048, P, PREMIUM,
      "one article for a shop or catalogue; product, packshot, bottle, jewellery, shoe, food"),
    T("print-poster", "Poster 2:3", _ON.PRINT, 2000, 3000, D, PREMIUM,
      "a poster for the wall; film, concert, event, art, book cover, illustration"),
    T("print-a4-portrait", "A4 portrait", _ON.PRINT, 2480, 3508, P, PREMIUM,
      "a printed page at 300 dpi; flyer, brochure, cover, menu, report"),
)
# fmt: on
