/// The words that the rules of thumb for Spanish numbers need to know.
enum SpanishWordLists {
  static let feminineEndings = [
    "a", "ción", "sión", "gión", "nión", "dad", "tad", "tud", "umbre", "ez", "triz", "itis", "sis",
    "ie",
  ]

  /// Endings in -a that are masculine.
  static let masculineEndings = ["ista", "grama", "blema", "stema", "orama"]

  /// Masculine although they end like feminine words.
  static let masculine = set(
    """
    día mediodía mapa planeta cometa poeta atleta drama clima enigma dogma estigma magma karma
    sofá papá tranvía aroma coma yoga colega fantasma pijama lema dilema tema teorema poema esquema
    emblema idioma síntoma carisma prisma diploma axioma cromosoma gorila panda koala puma delta
    juez pez ajedrez diez doblez análisis oasis énfasis éxtasis paréntesis génesis avión camión
    millón billón trillón policía vigía espía guardia cura astronauta internauta pirata terapeuta
    dálmata maratón pie gramo pediatra psiquiatra
    """)

  /// Feminine although they end like masculine words.
  static let feminine = set(
    """
    mano foto moto radio libido noche medianoche nochebuena tarde clase subclase calle llave nube
    leche sangre carne gente parte frase base fase suerte muerte fuente mente corriente fiebre
    torre nave clave sede red sed pared luz cruz voz paz raíz nariz flor coliflor labor piel miel
    sal señal cárcel catedral imagen imágen mujer madre ley tos res sien sartén hambre nieve gripe
    índole hélice liebre catástrofe vocal central sucursal capital postal editorial diagonal
    espiral terminal credencial crin web app wifi ong pyme razón tribu mente pole mole falange
    laringe faringe fe polio dinamo virgen orden órden col bilis debacle interfaz higiene mascota
    """)

  /// Same in singular and plural.
  static let invariable = set(
    """
    crisis tesis dosis hipótesis síntesis prótesis análisis oasis paréntesis virus campus bonus
    mes gas bus tos res dios ajedrez lunes martes miércoles jueves viernes paraguas cumpleaños rascacielos sacacorchos abrelatas
    lavavajillas parabrisas paracaídas portaaviones énfasis caries bíceps tríceps
    """)

  /// Endings of nouns and adjectives in -mos, which otherwise ends verbs.
  static let nounsInMos = [
    "gramos", "tramos", "ramos", "simos", "últimos", "próximos", "ínimos", "áximos", "óptimos",
    "átomos", "ritmos", "términos", "mismos", "ismos", "ánimos", "décimos", "tomos", "álamos",
    "olmos", "domos", "cromos", "lomos", "pomos", "reclamos", "céntimos", "extremos", "supremos",
    "remos", "palmos", "salmos", "préstamos", "mimos", "primos", "racimos", "legítimos",
    "marítimos", "íntimos", "autónomos", "gnomos", "tónomos",
  ]

  /// What follows a number without being counted by it.
  static let notNouns = set(
    """
    ante bajo con contra desde durante entre hacia hasta mediante para por según sin sobre tras
    del los las una uno unos unas este esta estos estas ese esa esos esas aquel aquella
    que qué quien quién cual cuál cuando cuándo como cómo donde dónde porque pues pero sino aunque
    mientras entonces luego después antes ahora hoy ayer mañana siempre nunca jamás también
    tampoco más menos muy mucho poco bien mal mejor peor tan tanto casi solo sólo aún todavía
    apenas además incluso quizá quizás así aquí ahí allí acá allá cerca lejos arriba abajo dentro
    fuera delante detrás encima debajo cada nos les ellos ellas nosotros usted ustedes ella
    son era eran fue fueron será serán sea sean ser sido siendo somos eres está están estaba
    estaban estuvo estar estoy estamos hay había hubo habrá haya haber han has hemos
    tiene tienen tenía tuvo tener tengo tienes puede pueden podía podrá poder puedo puedes debe
    deben debes debo hace hacen hizo hacer hago haces vale valen cuesta cuestan costó dice dicen
    dijo quiere quieren quieres quiero sabe saben sabes viene vienen vienes vino venir voy vas van
    iba iban irá llega llegan llegó llegas llegar sale salen salió sales salir empieza
    empiezan empezó empezar comienza comienzan comenzó termina terminan terminó terminar acaba
    acaban acabó queda quedan quedó quedar faltan pasan pasó pasar dan dio dar ven vio ver
    sigue siguen siguió abre abren abrió cierra cierran cerró incluye incluyen necesita necesitan
    necesitas ganó ganan ganar pierde perdió pierden perder marcó murieron murió nació
    nacieron vive vivió viven trata tratan llaman llamó cae cayó lleva llevan llevó cumple
    cumplen cumples juega juegan jugó recuerda cambió sube subió suben bajó bajan crece creció
    aumenta aumentó alcanza alcanzó supera superó equivale equivalen celebra celebran celebró
    ocurre ocurrió sirve sirven parece parecen significa contiene contienen permite permiten existe
    existen entra entró entran tocan vuelve volvió vuelves comes duermes trabajas estás vives
    pone ponen puso empiezas terminas juegas viajas vuelas igual incluido incluida incluidos
    incluidas juntos juntas iguales aproximado disponibles completo abierto cerrado activo etcétera
    vía vs versus según inclusive exactamente the and
    """)

  /// Words behind which a number is a label, not a count: "el 21 tienes...", "página 1".
  static let labels = set(
    """
    el al del día capítulo página número artículo piso puerta habitación línea canal versión nivel
    paso apartado punto tomo volumen grupo fase etapa parte unidad lección tema ejercicio pregunta
    opción sala planta andén vía vuelo tren autobús bus ruta carretera autopista calle edición
    temporada episodio jornada ronda zona sector distrito aula mesa asiento fila dorsal camiseta
    portal bloque escalera local código clave pin modelo serie tipo clase categoría grado norma
    ley anexo tabla figura cuadro gráfico nota sección título verso versículo salmo expediente
    caso apolo agente terminal muelle kilómetro año mes
    """)

  /// Words behind which an hour stands in the feminine: "a las 21".
  static let feminineDeterminers = set("las unas otras estas esas aquellas muchas varias")

  static func set(_ words: String) -> Set<String> { Set(words: words) }
}
