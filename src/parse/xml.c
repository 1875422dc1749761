/* SPDX-License-Identifier: MIT */
/* libxml2's reader. Parts say UTF-8 whatever their header claims: an encoding's converter would be
 * a file, and files are out of reach here. */
#include "parse/xml.h"

#include <libxml/xmlreader.h>
#include <string.h>

enum { DOCTYPE_WITHIN = 4096 };

struct xml {
    xmlTextReaderPtr reader;
};

static void silent(void *arg, const char *msg, xmlParserSeverities severity,
                   xmlTextReaderLocatorPtr locator)
{
    (void)arg;
    (void)msg;
    (void)severity;
    (void)locator;
}

static const char *text_of(const xmlChar *s)
{
    return s == NULL ? "" : (const char *)s;
}

struct str xml_attribute(struct xml *xml, const char *name)
{
    bool whole = strchr(name, ':') != NULL;
    struct str value = STR("");

    while (value.len == 0 && xmlTextReaderMoveToNextAttribute(xml->reader) == 1) {
        const xmlChar *found =
            whole ? xmlTextReaderConstName(xml->reader) : xmlTextReaderConstLocalName(xml->reader);

        if (strcmp(text_of(found), name) == 0)
            value = str_of(text_of(xmlTextReaderConstValue(xml->reader)));
    }
    xmlTextReaderMoveToElement(xml->reader);
    return value;
}

static bool take_node(struct xml *xml, const struct xml_events *events, void *owner)
{
    const char *name = text_of(xmlTextReaderConstLocalName(xml->reader));

    switch (xmlTextReaderNodeType(xml->reader)) {
    case XML_READER_TYPE_ELEMENT: {
        bool empty = xmlTextReaderIsEmptyElement(xml->reader) == 1;

        return events->open(owner, xml, name) && (!empty || events->close(owner, name));
    }
    case XML_READER_TYPE_END_ELEMENT:
        return events->close(owner, name);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
    case XML_READER_TYPE_WHITESPACE:
        return events->text(owner, str_of(text_of(xmlTextReaderConstValue(xml->reader))));
    default:
        return true;
    }
}

bool xml_walk(struct str bytes, const struct xml_events *events, void *owner, struct err *err)
{
    struct xml xml;
    size_t at;
    int more = 1;
    bool ok = true;

    if (str_find(str_first(bytes, DOCTYPE_WITHIN), STR("<!DOCTYPE"), &at))
        return err_set(err, ERR_UNSUPPORTED, "a part of the document has a document type");
    xml.reader = xmlReaderForMemory(bytes.at, (int)bytes.len, NULL, "UTF-8",
                                    XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOBLANKS);
    if (xml.reader == NULL)
        return err_set(err, ERR_LIMIT, "no memory to read XML");
    xmlTextReaderSetErrorHandler(xml.reader, silent, NULL);
    while (ok && (more = xmlTextReaderRead(xml.reader)) == 1) {
        if (xmlTextReaderNodeType(xml.reader) == XML_READER_TYPE_DOCUMENT_TYPE) {
            ok = err_set(err, ERR_UNSUPPORTED, "a part of the document has a document type");
            break;
        }
        ok = take_node(&xml, events, owner);
    }
    xmlFreeTextReader(xml.reader);
    if (ok && more < 0)
        return err_set(err, ERR_INPUT, "the XML of the document is damaged");
    return ok;
}
