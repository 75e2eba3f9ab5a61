//! From pages to bytes.

use std::num::NonZeroU16;

use jiff::Zoned;
use krilla::Document as File;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
    TagTree,
};

use crate::content::{Attachment, Document};
use crate::flow::{PAGE_HEIGHT, PAGE_WIDTH, lay_out};
use crate::ink::{Child, Drawn, Ink, Part, Tone, Tree};

/// A document could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the document cannot be written as PDF: {0}")]
pub struct PrintError(String);

fn failed(problem: impl std::fmt::Debug) -> PrintError {
    PrintError(format!("{problem:?}"))
}

/// Writes a document as PDF/A-3a and PDF/UA-1.
///
/// # Errors
/// When the standards cannot be kept: an attachment with a media type that is none.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PrintError> {
    let pages = lay_out(document);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(failed)?;
    let mut file = File::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut identifiers = Vec::new();
    for drawn in &pages.pages {
        let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or_else(|| failed("page"))?;
        let mut page = file.start_page_with(settings);
        let mut surface = page.surface();
        for one in drawn {
            identifiers.extend(draw(&mut surface, one));
        }
        surface.finish();
        page.finish();
    }
    let mut identifiers: Vec<Option<Identifier>> = identifiers.into_iter().map(Some).collect();
    let mut tree = TagTree::new().with_lang(Some(document.language.to_owned()));
    for part in &pages.tree {
        if let Some(group) = group(part, &mut identifiers) {
            tree.push(group);
        }
    }
    file.set_tag_tree(tree);
    let mut outline = Outline::new();
    for (text, page, y) in pages.headings {
        outline.push_child(OutlineNode::new(text, XyzDestination::new(page, Point::from_xy(0.0, y))));
    }
    file.set_outline(outline);
    file.set_metadata(metadata(document));
    for attachment in &document.attachments {
        embed(&mut file, attachment, &document.made_at)?;
    }
    file.finish().map_err(failed)
}

fn metadata(document: &Document) -> Metadata {
    Metadata::new()
        .title(format!("{}: {}", document.title, document.subtitle))
        .language(document.language.to_owned())
        .authors(vec![document.letterhead.office.clone()])
        .creator("Sigap 112".to_owned())
        .creation_date(date(&document.made_at))
}

fn embed(file: &mut File, attachment: &Attachment, at: &Zoned) -> Result<(), PrintError> {
    let media_type = MimeType::new(attachment.media_type).ok_or_else(|| failed(attachment.media_type))?;
    let embedded = EmbeddedFile {
        path: attachment.name.clone(),
        mime_type: Some(media_type),
        description: Some(attachment.description.clone()),
        association_kind: AssociationKind::Source,
        data: attachment.bytes.clone().into(),
        modification_date: Some(date(at)),
        compress: Some(true),
        location: None,
    };
    file.embed_file(embedded).ok_or_else(|| failed(&attachment.name))
}

fn date(at: &Zoned) -> DateTime {
    let offset = at.offset().seconds() / 60;
    let number = |value: i8| u8::try_from(value).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(number(at.month()))
        .day(number(at.day()))
        .hour(number(at.hour()))
        .minute(number(at.minute()))
        .second(number(at.second()))
        .utc_offset_hour(i8::try_from(offset / 60).unwrap_or(0))
        .utc_offset_minute(u8::try_from(offset.abs() % 60).unwrap_or(0))
}

fn draw(surface: &mut Surface<'_>, drawn: &Drawn) -> Option<Identifier> {
    let tag = match drawn.part {
        Some(_) if drawn.ink.len() == 1 => ContentTag::Span(SpanTag::empty()),
        Some(_) => ContentTag::Other,
        None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
    };
    let identifier = surface.start_tagged(tag);
    for ink in &drawn.ink {
        put(surface, ink);
    }
    surface.end_tagged();
    drawn.part.map(|_| identifier)
}

fn put(surface: &mut Surface<'_>, ink: &Ink) {
    match ink {
        Ink::Text { x, baseline, size, face, text, tone } => {
            let Some(font) = face.font() else { return };
            surface.set_fill(Some(fill(*tone)));
            surface.draw_glyphs(Point::from_xy(*x, *baseline), &face.glyphs(text), font, text, *size, false);
        }
        Ink::Box { x, y, width, height, tone } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            let Some(path) = path.finish() else { return };
            surface.set_fill(Some(fill(*tone)));
            surface.draw_path(&path);
        }
    }
}

fn fill(tone: Tone) -> Fill {
    let grey = |level: u8| rgb::Color::new(level, level, level);
    let colour = match tone {
        Tone::Ink => grey(20),
        Tone::Soft => grey(85),
        Tone::Rule => grey(216),
        Tone::Ground => grey(244),
        Tone::Paper => grey(255),
        Tone::Share(share) => {
            let share = share.clamp(0.0, 1.0);
            let between = |light: f32, dark: f32| (light + (dark - light) * share) as u8;
            rgb::Color::new(between(226.0, 12.0), between(236.0, 58.0), between(247.0, 110.0))
        }
    };
    Fill { paint: colour.into(), opacity: NormalizedF32::ONE, rule: Default::default() }
}

/// The group of a part; none when nothing of it was drawn.
fn group(tree: &Tree, identifiers: &mut [Option<Identifier>]) -> Option<TagGroup> {
    let mut group = TagGroup::new(kind(&tree.part));
    for child in &tree.children {
        match child {
            Child::Content(content) => {
                let identifier = identifiers.get_mut(content.0).and_then(Option::take);
                group.children.extend(identifier.map(Node::from));
            }
            Child::Tree(tree) => group.children.extend(self::group(tree, identifiers).map(Node::from)),
        }
    }
    // A cell without words is a cell all the same: its column must be found.
    let stays = matches!(tree.part, Part::Cell | Part::HeadCell);
    (stays || !group.children.is_empty()).then_some(group)
}

fn kind(part: &Part) -> TagKind {
    match part {
        Part::Heading { rank, says } => {
            Tag::Hn(NonZeroU16::new(*rank).unwrap_or(NonZeroU16::MIN), Some(says.clone())).into()
        }
        Part::Paragraph => Tag::P.into(),
        Part::Code => Tag::Code.into(),
        Part::Figure { says } => Tag::Figure(Some(says.clone())).into(),
        Part::Table => Tag::Table.into(),
        Part::Row => Tag::TR.into(),
        Part::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
        Part::Cell => Tag::TD.into(),
    }
}
